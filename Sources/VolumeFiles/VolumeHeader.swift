public import Volumes

/// What an image file says about itself before its voxels are read.
public struct VolumeHeader: Sendable {
  /// The kind of file.
  public var format: VolumeFileFormat
  /// The grid, in mm and LPS; a flat picture is one slice.
  public var geometry: Geometry
  /// Axes in the file: 2 for a flat picture, 3 for a volume, 4 for a series of volumes.
  public var dimensions: Int
  /// Numbers per voxel: channels, time points, or the three colours of a picture.
  public var channelCount: Int
  /// How a number is stored; the numbers read are single precision whatever it is.
  public var voxelType: VoxelType
  /// Whether the stored numbers are multiplied and shifted (`scl_slope`, `scl_inter`) as they are
  /// read.
  public var isScaled = false
  /// What a careful reader should know, one line each: two different orientations, a missing
  /// spacing, a repaired direction.
  public var warnings: [String] = []

  /// Reads a file's header.
  ///
  /// The length of uncompressed voxels is compared with the file; compressed voxels are not looked
  /// at.
  ///
  /// - Parameter path: An image in any ``VolumeFileFormat``.
  /// - Throws: ``VolumeFileError``.
  /// - Complexity: O(1) for all formats but TIFF, whose pages are all visited, and PNG, which is
  ///   loaded whole.
  public init(contentsOf path: String) throws(VolumeFileError) {
    self = try openVoxels(path).header
  }

  init(
    format: VolumeFileFormat, geometry: Geometry, dimensions: Int, channelCount: Int,
    voxelType: VoxelType
  ) {
    self.format = format
    self.geometry = geometry
    self.dimensions = dimensions
    self.channelCount = channelCount
    self.voxelType = voxelType
  }
}

public import Volumes

/// An image file as it was read: one or more channels on one grid.
public struct ImageFile: Sendable {
  /// The channels, all on ``geometry``: the volumes of a 4-D file, the components of a vector
  /// image, the colours of a picture.
  public var channels: [Volume<Float>]
  /// The grid, in mm and LPS.
  public var geometry: Geometry
  /// Axes in the file: 2 for a flat picture, 3 for a volume, 4 for a series of volumes.
  public var dimensions: Int
  /// How the numbers were stored.
  public var voxelType: VoxelType
  /// What a careful reader should know, one line each.
  public var warnings: [String]

  /// An image to be written.
  ///
  /// - Parameter channels: At least one, all on the same grid.
  public init(channels: [Volume<Float>]) {
    precondition(!channels.isEmpty, "an image has at least one channel")
    geometry = channels[0].geometry
    for channel in channels {
      precondition(
        channel.extent == geometry.extent,
        "channels of \(channel.extent) and \(geometry.extent) voxels")
    }
    self.channels = channels
    dimensions = channels.count > 1 ? 4 : 3
    voxelType = .float32
    warnings = []
  }

  /// Reads an image with all its channels.
  ///
  /// Integers above 2^24 lose their last digits in single precision.
  ///
  /// - Parameter path: An image in any ``VolumeFileFormat``.
  /// - Throws: ``VolumeFileError``. Nothing is allocated for a header that promises more than the
  ///   file holds.
  /// - Complexity: O(voxels); memory for the result and about a megabyte.
  public init(contentsOf path: String) throws(VolumeFileError) {
    let source = try openVoxels(path)
    let channels = try source.readChannels()
    let header = source.header
    self.channels = channels.map { Volume(voxels: $0, geometry: header.geometry) }
    geometry = header.geometry
    dimensions = header.dimensions
    voxelType = header.voxelType
    warnings = header.warnings
  }

  /// Writes all channels to one file; the ending of the name chooses the format.
  ///
  /// NIfTI stores channels as a fourth axis, NRRD and MetaImage as components of a voxel, PNG as
  /// colours, all but PNG in single precision.
  ///
  /// - Parameter path: The name; its folder must exist. The file appears when it is complete.
  /// - Throws: ``VolumeFileError``.
  public func write(to path: String) throws(VolumeFileError) {
    try VolumeWriter(path: path, geometry: geometry).write(channels.map(\.voxels))
  }
}

extension Volume where Voxel == Float {
  /// Reads an image of one channel.
  ///
  /// - Parameter path: An image in any ``VolumeFileFormat``.
  /// - Throws: ``VolumeFileError/severalChannels(path:count:)`` if there are more, or another
  ///   ``VolumeFileError``.
  public init(contentsOf path: String) throws(VolumeFileError) {
    let source = try openVoxels(path)
    let header = source.header
    guard header.channelCount == 1 else {
      throw .severalChannels(path: path, count: header.channelCount)
    }
    self.init(voxels: try source.readChannels()[0], geometry: header.geometry)
  }

  /// Writes the image in single precision, compressed where the format can be; the ending of the
  /// name chooses the format.
  ///
  /// A grid that was read from a NIfTI file repeats that file's orientation fields bit for bit.
  /// TIFF keeps the spacing only; PNG takes one slice of whole numbers from 0 to 65535.
  ///
  /// - Parameter path: The name; its folder must exist. The file appears when it is complete.
  /// - Throws: ``VolumeFileError``.
  public func write(to path: String) throws(VolumeFileError) {
    try VolumeWriter(path: path, geometry: geometry).write([voxels])
  }
}

extension LabelMap {
  /// Reads a segmentation.
  ///
  /// - Parameter path: An image in any ``VolumeFileFormat``, of one channel.
  /// - Throws: ``VolumeFileError/notALabel(path:value:voxelIndex:)`` for a voxel that is not a
  ///   whole number from 0 to 65535, ``VolumeFileError/severalChannels(path:count:)``, or another
  ///   ``VolumeFileError``.
  public init(contentsOf path: String) throws(VolumeFileError) {
    let source = try openVoxels(path)
    self.init(labels: try source.readLabels(), geometry: source.header.geometry)
  }

  /// Writes the segmentation, compressed where the format can be, in 8 bits if all labels are below
  /// 255 and in 16 otherwise.
  ///
  /// On a grid that was read from a NIfTI file the orientation fields of that file are repeated bit
  /// for bit.
  ///
  /// - Parameter path: The name; its folder must exist. The file appears when it is complete.
  /// - Throws: ``VolumeFileError``.
  public func write(to path: String) throws(VolumeFileError) {
    let writer = try VolumeWriter(path: path, geometry: geometry)
    if (labels.max() ?? 0) < 255 {
      try writer.write(labels.map { UInt8(truncatingIfNeeded: $0) })
    } else {
      try writer.write(labels)
    }
  }
}

import Parallelism
import VolumeFiles
public import Volumes

/// The channels of a case as the network's side of the program sees them: arrays (z, y, x) and
/// spacings in the same order.
///
/// The memory of an array (z, y, x) is that of a volume (x, y, z), so nothing is moved. A flat
/// picture has one slice, and a spacing across it that makes it the coarsest axis by far.
///
/// - Source: nnU-Net 2.8.1's readers.
public struct CaseImages: Sendable {
  /// The channels in order, all of one shape.
  public let channels: [VoxelArray<Float>]
  /// Spacing in mm along the axes (z, y, x).
  public let spacing: [Double]
  /// The grid of the first file.
  public let geometry: Geometry

  /// Extent along the axes (z, y, x).
  public var shape: Shape3 { geometry.extent.shape }

  /// Reads the images of a case.
  ///
  /// - Parameter entry: The case; a file of several channels adds them all.
  /// - Throws: ``DatasetError`` if a file cannot be read, or lies on another grid than the first.
  public init(of entry: Case) throws(DatasetError) {
    var channels: [VoxelArray<Float>] = []
    var first: (geometry: Geometry, spacing: [Double])?
    let files = parallelMap(entry.images.count) { index -> Result<ImageFile, VolumeFileError> in
      do throws(VolumeFileError) {
        return .success(try ImageFile(contentsOf: entry.images[index]))
      } catch {
        return .failure(error)
      }
    }
    for (path, outcome) in zip(entry.images, files) {
      let file: ImageFile
      do throws(VolumeFileError) { file = try outcome.get() } catch {
        throw .unreadableCase(id: entry.id, problem: error.description)
      }
      if let first {
        try Self.compare(file.geometry, with: first.geometry, id: entry.id, path: path)
      } else {
        if let problem = Self.problem(withSpacing: file.geometry.spacing) {
          throw .unreadableCase(id: entry.id, problem: "\(path): \(problem)")
        }
        first = (file.geometry, Self.spacing(of: file, path: path))
      }
      for channel in file.channels {
        channels.append(
          VoxelArray(shape: file.geometry.extent.shape, elements: channel.voxels))
      }
    }
    guard let first else {
      throw .unreadableCase(id: entry.id, problem: "has no image file")
    }
    self.channels = channels
    spacing = first.spacing
    geometry = first.geometry
  }

  /// Reads the labels of a case on this grid.
  ///
  /// - Returns: The labels (z, y, x).
  /// - Throws: ``DatasetError`` if there is no label file, it cannot be read, or lies on another
  ///   grid.
  public func labels(of entry: Case) throws(DatasetError) -> VoxelArray<LabelMap.Label> {
    guard let path = entry.labels else { throw .noLabels(id: entry.id) }
    let map: LabelMap
    do throws(VolumeFileError) { map = try LabelMap(contentsOf: path) } catch {
      throw .unreadableCase(id: entry.id, problem: error.description)
    }
    try Self.compare(map.geometry, with: geometry, id: entry.id, path: path)
    return VoxelArray(shape: map.extent.shape, elements: map.labels)
  }

  /// The spacing (z, y, x) by the rules of nnU-Net's reader for this kind of file.
  private static func spacing(of file: ImageFile, path: String) -> [Double] {
    let spacing = file.geometry.spacing
    guard file.dimensions == 2 else { return [spacing.z, spacing.y, spacing.x] }
    let isPicture = [".png", ".bmp", ".tif"].contains(FileName.ending(of: path).lowercased())
    return isPicture ? [999, 1, 1] : [999 * max(spacing.x, spacing.y), spacing.y, spacing.x]
  }

  /// What is wrong with a spacing that no image has, from which sizes beyond any memory would follow.
  static func problem(withSpacing spacing: Vector3) -> String? {
    let range = 1e-6...1e6
    guard ![spacing.x, spacing.y, spacing.z].allSatisfy(range.contains) else { return nil }
    return "the spacing is \(spacing.x), \(spacing.y), \(spacing.z) mm, expected "
      + "\(range.lowerBound) to \(range.upperBound); correct the header"
  }

  /// How far grids of one case may lie apart, as a part of the smallest spacing; a tenth of a voxel
  /// is rounding, more is another grid.
  static let gridTolerance = 0.1

  private static func compare(
    _ grid: Geometry, with first: Geometry, id: String, path: String
  ) throws(DatasetError) {
    guard grid.extent == first.extent else {
      throw .gridMismatch(
        id: id, path: path, expected: "\(first.extent) voxels", found: "\(grid.extent)")
    }
    let allowed = gridTolerance * min(first.spacing.x, first.spacing.y, first.spacing.z)
    let difference = grid.cornerDifference(from: first)
    guard difference <= allowed else {
      throw .gridMismatch(
        id: id, path: path, expected: "corners at most \(allowed) mm apart",
        found: "\(difference) mm")
    }
  }
}

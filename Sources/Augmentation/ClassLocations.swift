/// Where the classes of one case lie: for every class a list of voxels, all or a sample of them.
///
/// Preprocessing stores such lists so that training finds a voxel of a rare class without a search. Classes are counted from 0 in the
/// stored order: foreground labels, or regions.
public protocol ClassLocations {
  /// Number of classes, with or without voxels.
  var classCount: Int { get }
  /// The class that means "any annotated voxel"; nil for datasets without an ignore label.
  var annotatedClass: Int? { get }
  /// Number of voxels stored for a class.
  func voxelCount(ofClass index: Int) -> Int
  /// One of the voxels stored for a class.
  func voxel(_ position: Int, ofClass index: Int) -> VoxelIndex
}

/// Class locations held in memory.
public struct VoxelLists: ClassLocations, Hashable, Sendable {
  /// The voxels of every class.
  public var lists: [[VoxelIndex]]
  /// The class that means "any annotated voxel"; nil for datasets without an ignore label.
  public var annotatedClass: Int?

  /// Locations from one list of voxels per class.
  public init(_ lists: [[VoxelIndex]], annotatedClass: Int? = nil) {
    self.lists = lists
    self.annotatedClass = annotatedClass
  }

  /// Number of classes, with or without voxels.
  public var classCount: Int { lists.count }

  /// Number of voxels stored for a class.
  public func voxelCount(ofClass index: Int) -> Int { lists[index].count }

  /// One of the voxels stored for a class.
  public func voxel(_ position: Int, ofClass index: Int) -> VoxelIndex { lists[index][position] }
}

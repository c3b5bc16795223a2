/// A three-dimensional image: voxels, x fastest, on a grid in the world.
///
/// Intensities and labels are two types, ``Volume`` and ``LabelMap``, so that the rules for
/// interpolation follow from the type.
public struct Volume<Voxel: Sendable>: Sendable {
  /// The voxels; (x, y, z) stands at ``Extent/index(_:_:_:)``.
  public var voxels: [Voxel]
  /// The grid.
  public var geometry: Geometry

  /// A volume from its voxels, x fastest.
  public init(voxels: [Voxel], geometry: Geometry) {
    precondition(
      voxels.count == geometry.extent.count,
      "\(voxels.count) voxels do not fill \(geometry.extent)")
    self.voxels = voxels
    self.geometry = geometry
  }

  /// A volume with one value everywhere.
  public init(repeating value: Voxel, geometry: Geometry) {
    self.init(voxels: Array(repeating: value, count: geometry.extent.count), geometry: geometry)
  }

  /// Numbers of voxels along x, y, z.
  public var extent: Extent { geometry.extent }

  /// The voxel (x, y, z).
  public subscript(x: Int, y: Int, z: Int) -> Voxel {
    get { voxels[extent.index(x, y, z)] }
    set { voxels[extent.index(x, y, z)] = newValue }
  }
}

/// A segmentation: for every voxel of a grid the number of the structure it belongs to, 0 for
/// background.
public struct LabelMap: Sendable {
  /// A structure's number.
  public typealias Label = UInt16

  /// The labels; (x, y, z) stands at ``Extent/index(_:_:_:)``.
  public var labels: [Label]
  /// The grid.
  public var geometry: Geometry

  /// A label map from its labels, x fastest.
  public init(labels: [Label], geometry: Geometry) {
    precondition(
      labels.count == geometry.extent.count, "\(labels.count) labels do not fill \(geometry.extent)"
    )
    self.labels = labels
    self.geometry = geometry
  }

  /// Numbers of voxels along x, y, z.
  public var extent: Extent { geometry.extent }

  /// The label of voxel (x, y, z).
  public subscript(x: Int, y: Int, z: Int) -> Label {
    get { labels[extent.index(x, y, z)] }
    set { labels[extent.index(x, y, z)] = newValue }
  }
}

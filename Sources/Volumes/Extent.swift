/// Numbers of voxels along x, y, z; x is fastest in memory.
public struct Extent: Hashable, Sendable {
  /// Voxels along the first axis of the file, fastest in memory.
  public var x: Int
  /// Voxels along the second axis.
  public var y: Int
  /// Voxels along the third axis, slowest in memory.
  public var z: Int

  /// An extent of `x` by `y` by `z` voxels.
  public init(x: Int, y: Int, z: Int) {
    self.x = x
    self.y = y
    self.z = z
  }

  /// Number of voxels.
  public var count: Int { x * y * z }

  /// Position in memory of voxel (x, y, z).
  @inlinable
  public func index(_ x: Int, _ y: Int, _ z: Int) -> Int { (z * self.y + y) * self.x + x }
}

extension Extent: CustomStringConvertible {
  /// `x × y × z`, as viewers show it.
  public var description: String { "\(x) × \(y) × \(z)" }
}

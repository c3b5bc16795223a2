public import Volumes

/// A place in a three-dimensional array, slowest axis first; it may lie outside the array.
public struct VoxelIndex: Hashable, Sendable, Codable {
  /// Index along axis 0, slowest in memory.
  public var z: Int
  /// Index along axis 1.
  public var y: Int
  /// Index along axis 2, fastest in memory.
  public var x: Int

  /// The place (z, y, x).
  public init(_ z: Int, _ y: Int, _ x: Int) {
    self.z = z
    self.y = y
    self.x = x
  }

  /// The voxel that stands at `position` in the memory of an array, last axis fastest.
  public init(position: Int, in shape: Shape3) {
    let row = position / shape.width
    self.init(row / shape.height, row % shape.height, position % shape.width)
  }

  /// The index along axis 0, 1 or 2.
  public subscript(axis: Int) -> Int {
    get {
      switch axis {
      case 0: z
      case 1: y
      case 2: x
      default: preconditionFailure("axis \(axis) of a three-dimensional array")
      }
    }
    set {
      switch axis {
      case 0: z = newValue
      case 1: y = newValue
      case 2: x = newValue
      default: preconditionFailure("axis \(axis) of a three-dimensional array")
      }
    }
  }
}

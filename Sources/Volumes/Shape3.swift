/// Numbers of voxels along the axes of an array, slowest first: what numpy and nnU-Net call the
/// shape (z, y, x).
///
/// Volumes say ``Extent`` (x, y, z); arrays on their way into the network, whose axes may have been
/// transposed, say `Shape3`.
public struct Shape3: Hashable, Sendable {
  /// Length of axis 0, slowest in memory.
  public var depth: Int
  /// Length of axis 1.
  public var height: Int
  /// Length of axis 2, fastest in memory.
  public var width: Int

  /// The shape (depth, height, width).
  public init(_ depth: Int, _ height: Int, _ width: Int) {
    self.depth = depth
    self.height = height
    self.width = width
  }

  /// Number of voxels.
  public var count: Int { depth * height * width }

  /// Length of axis 0, 1 or 2.
  public subscript(axis: Int) -> Int {
    get {
      switch axis {
      case 0: depth
      case 1: height
      case 2: width
      default: preconditionFailure("axis \(axis) of a three-dimensional shape")
      }
    }
    set {
      switch axis {
      case 0: depth = newValue
      case 1: height = newValue
      case 2: width = newValue
      default: preconditionFailure("axis \(axis) of a three-dimensional shape")
      }
    }
  }

  /// The three lengths, slowest axis first.
  public var lengths: [Int] { [depth, height, width] }

  /// The shape with the given three lengths, slowest axis first.
  public init(_ lengths: [Int]) {
    precondition(lengths.count == 3, "a shape of \(lengths.count) axes is not three-dimensional")
    self.init(lengths[0], lengths[1], lengths[2])
  }

  /// The shape of an array whose axis `i` is this one's axis `order[i]`.
  public func transposed(by order: [Int]) -> Shape3 { Shape3(order.map { self[$0] }) }

  /// The extent of a volume whose memory has this shape.
  public var extent: Extent { Extent(x: width, y: height, z: depth) }
}

extension Extent {
  /// The shape (z, y, x) of the same memory.
  public var shape: Shape3 { Shape3(z, y, x) }
}

extension Shape3: CustomStringConvertible {
  /// `(depth, height, width)`, as numpy prints it.
  public var description: String { "(\(depth), \(height), \(width))" }
}

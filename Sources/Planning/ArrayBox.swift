import Parallelism
public import Volumes

/// A box of an array's elements, half open along every axis.
public struct ArrayBox: Sendable, Hashable {
  /// The first index along each of the three axes.
  public var lower: [Int]
  /// The index after the last along each of the three axes.
  public var upper: [Int]

  /// The box from `lower` up to, not including, `upper`.
  public init(lower: [Int], upper: [Int]) {
    precondition(
      lower.count == 3 && upper.count == 3 && zip(lower, upper).allSatisfy { $0 <= $1 },
      "\(lower) to \(upper) is no box")
    self.lower = lower
    self.upper = upper
  }

  /// The box of a whole array.
  public init(whole shape: Shape3) { self.init(lower: [0, 0, 0], upper: shape.lengths) }

  /// Numbers of elements along the axes.
  public var shape: Shape3 { Shape3((0..<3).map { upper[$0] - lower[$0] }) }

  /// The smallest box that holds this one and another.
  func union(_ other: ArrayBox) -> ArrayBox {
    ArrayBox(
      lower: zip(lower, other.lower).map { min($0, $1) },
      upper: zip(upper, other.upper).map { max($0, $1) })
  }

  /// The same box of an array whose axis `i` is this one's axis `order[i]`.
  public func transposed(by order: [Int]) -> ArrayBox {
    ArrayBox(lower: order.map { lower[$0] }, upper: order.map { upper[$0] })
  }
}

extension VoxelArray {
  /// The elements inside a box.
  ///
  /// - Complexity: O(elements of the box); the array itself if the box is the whole.
  public func cropped(to box: ArrayBox) -> VoxelArray {
    precondition(
      zip(box.lower, box.upper).enumerated().allSatisfy {
        $1.0 >= 0 && $1.1 <= shape[$0]
      }, "box \(box.lower) to \(box.upper) leaves an array of shape \(shape)")
    let target = box.shape
    if target == shape { return self }
    let result = [Element](unsafeUninitializedCapacity: target.count) { buffer, count in
      elements.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress, let start = buffer.baseAddress else { return }
        nonisolated(unsafe) let (source, result) = (from, start)  // planes are disjoint
        parallelFor(target.depth) { i in
          for j in 0..<target.height {
            let row = (box.lower[0] + i) * shape.height + box.lower[1] + j
            (result + (i * target.height + j) * target.width).initialize(
              from: source + row * shape.width + box.lower[2], count: target.width)
          }
        }
      }
      count = target.count
    }
    return VoxelArray(shape: target, elements: result)
  }
}

import Parallelism
public import Volumes

extension VoxelArray {
  /// The array whose axis `i` is this one's axis `order[i]`.
  ///
  /// - Parameter order: A permutation of 0, 1, 2.
  /// - Returns: The array itself where the order is 0, 1, 2.
  /// - Complexity: O(elements) on all threads.
  @specialized(where Element == Float)
  @specialized(where Element == Int16)
  @specialized(where Element == UInt16)
  @specialized(where Element == UInt8)
  public func transposed(by order: [Int]) -> VoxelArray {
    precondition(order.sorted() == [0, 1, 2], "\(order) is no order of three axes")
    if order == [0, 1, 2] { return self }
    let plan = AxisPermutation(shape, order)
    return VoxelArray(
      shape: plan.target,
      elements: [Element](unsafeUninitializedCapacity: shape.count) { result, count in
        elements.withUnsafeBufferPointer { source in
          if let from = source.baseAddress, let to = result.baseAddress {
            plan.copy(from, to: to)
          }
        }
        count = shape.count
      })
  }
}

/// The loops that copy an array into another order of axes.
private struct AxisPermutation {
  /// Shape of the result.
  let target: Shape3
  /// Elements of the source between neighbours along each axis of the result.
  private let steps: [Int]

  private static let tile = 16

  init(_ shape: Shape3, _ order: [Int]) {
    target = shape.transposed(by: order)
    let strides = [shape.height * shape.width, shape.width, 1]
    steps = order.map { strides[$0] }
  }

  @inline(__always)
  func copy<Element>(_ source: UnsafePointer<Element>, to result: UnsafeMutablePointer<Element>) {
    let strides = [target.height * target.width, target.width, 1]
    if steps[2] == 1 {
      // Rows stay rows.
      nonisolated(unsafe) let (from, to) = (source, result)  // planes are disjoint
      parallelFor(target.depth) { i in
        for j in 0..<target.height {
          (to + i * strides[0] + j * strides[1]).initialize(
            from: from + i * steps[0] + j * steps[1], count: target.width)
        }
      }
      return
    }
    // The source's rows run along `fast` of the result: every plane of these two axes is turned in
    // tiles, so that both sides use whole cache lines.
    let fast = steps[0] == 1 ? 0 : 1
    let other = 1 - fast
    let (rows, columns) = (target[fast], target.width)
    let (rowStride, columnStep) = (strides[fast], steps[2])
    nonisolated(unsafe) let (from, to) = (source, result)  // planes are disjoint
    parallelFor(target[other]) { plane in
      let (a, b) = (from + plane * steps[other], to + plane * strides[other])
      for firstRow in stride(from: 0, to: rows, by: Self.tile) {
        let rowEnd = min(rows, firstRow + Self.tile)
        for firstColumn in stride(from: 0, to: columns, by: Self.tile) {
          let columnEnd = min(columns, firstColumn + Self.tile)
          var row = firstRow
          while row < rowEnd {
            var column = firstColumn
            while column < columnEnd {
              (b + (row &* rowStride &+ column)).initialize(to: a[row &+ column &* columnStep])
              column &+= 1
            }
            row &+= 1
          }
        }
      }
    }
  }
}

public import Volumes

extension VoxelArray {
  /// The array whose axis `i` is this one's axis `order[i]`.
  ///
  /// - Parameter order: A permutation of 0, 1, 2.
  /// - Returns: The array itself where the order is 0, 1, 2.
  public func transposed(by order: [Int]) -> VoxelArray {
    precondition(order.sorted() == [0, 1, 2], "\(order) is no order of three axes")
    if order == [0, 1, 2] { return self }
    let target = shape.transposed(by: order)
    let steps = [shape.height * shape.width, shape.width, 1]
    let (a, b, c) = (steps[order[0]], steps[order[1]], steps[order[2]])
    var result: [Element] = []
    result.reserveCapacity(target.count)
    elements.withUnsafeBufferPointer { source in
      for i in 0..<target.depth {
        for j in 0..<target.height {
          let start = i * a + j * b
          for k in 0..<target.width { result.append(source[start + k * c]) }
        }
      }
    }
    return VoxelArray(shape: target, elements: result)
  }
}

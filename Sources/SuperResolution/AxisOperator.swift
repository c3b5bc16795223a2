internal import Parallelism
package import Volumes

/// A linear map of the voxels along one axis: every voxel of the result is a weighted sum of some of the input's.
///
/// Slice profiles, k-space truncation and interpolation are such maps, and so is what goes back from one of them.
package struct AxisOperator: Equatable, Sendable {
  /// The weighted sum that a voxel of the result is.
  package struct Row: Equatable, Sendable {
    /// The first voxel of the input that counts.
    package var start: Int
    /// The weights of it and those after it.
    package var weights: [Float]
  }

  /// Voxels of the input.
  package let inputLength: Int
  /// One per voxel of the result.
  package let rows: [Row]

  /// Makes a map of weights that may lie outside the input, where `fold` says which voxel stands for them.
  ///
  /// - Parameters:
  ///   - inputLength: Voxels of the input.
  ///   - rows: First places, which may be negative, and weights.
  ///   - boundary: What lies beyond the ends.
  init(inputLength: Int, rows: [(start: Int, weights: [Double])], boundary: Boundary) {
    self.inputLength = inputLength
    self.rows = rows.map { row in
      let places = row.weights.indices.map { boundary.place(row.start + $0, length: inputLength) }
      guard let first = places.min(), let last = places.max() else {
        return Row(start: 0, weights: [])
      }
      var sums = [Double](repeating: 0, count: last - first + 1)
      for (place, weight) in zip(places, row.weights) { sums[place - first] += weight }
      return Row(start: first, weights: sums.map { Float($0) })
    }
  }

  private init(inputLength: Int, rows: [Row]) {
    self.inputLength = inputLength
    self.rows = rows
  }

  /// The map of the matrix's transpose.
  package var transposed: AxisOperator {
    var first = [Int](repeating: .max, count: inputLength)
    var last = [Int](repeating: -1, count: inputLength)
    for (index, row) in rows.enumerated() {
      for place in row.start..<row.start + row.weights.count {
        first[place] = min(first[place], index)
        last[place] = max(last[place], index)
      }
    }
    var columns = (0..<inputLength).map { place in
      last[place] < 0
        ? Row(start: 0, weights: [])
        : Row(
          start: first[place], weights: Array(repeating: 0, count: last[place] - first[place] + 1))
    }
    for (index, row) in rows.enumerated() {
      for (offset, weight) in row.weights.enumerated() {
        let place = row.start + offset
        columns[place].weights[index - first[place]] = weight
      }
    }
    return AxisOperator(inputLength: rows.count, rows: columns)
  }

  /// The map along an axis of an array.
  ///
  /// - Parameters:
  ///   - array: Voxels, as many along the axis as the input has.
  ///   - axis: 0 for z, 1 for y, 2 for x.
  /// - Returns: The result, of another length along the axis.
  package func callAsFunction(_ array: VoxelArray<Float>, along axis: Int) -> VoxelArray<Float> {
    let lengths = array.shape.lengths
    precondition(lengths[axis] == inputLength, "\(array.shape) along axis \(axis)")
    var target = lengths
    target[axis] = rows.count
    let outer = lengths[..<axis].reduce(1, *)
    let inner = lengths[(axis + 1)...].reduce(1, *)
    let elements = [Float](unsafeUninitializedCapacity: outer * rows.count * inner) {
      result, count in
      array.elements.withUnsafeBufferPointer { source in
        if let from = source.baseAddress, let to = result.baseAddress {
          if inner == 1 {
            applyToLines(from, to, count: outer)
          } else {
            applyToRuns(from, to, outer: outer, inner: inner)
          }
        }
      }
      count = result.count
    }
    return VoxelArray(shape: Shape3(target), elements: elements)
  }

  /// Voxels along the axis follow one another in memory.
  private func applyToLines(
    _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, count: Int
  ) {
    parallelForRanges(count, grain: max(1, 8192 / rows.count)) { lines in
      for line in lines {
        let (from, to) = (source + line * inputLength, target + line * rows.count)
        for (index, row) in rows.enumerated() {
          to[index] = row.weights.withUnsafeBufferPointer { weights in
            var sum: Float = 0
            for offset in weights.indices { sum += weights[offset] * from[row.start + offset] }
            return sum
          }
        }
      }
    }
  }

  /// Voxels along the axis lie `inner` numbers apart, and as many lines side by side.
  private func applyToRuns(
    _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, outer: Int, inner: Int
  ) {
    parallelFor(outer * rows.count) { run in
      let (block, index) = run.quotientAndRemainder(dividingBy: rows.count)
      let row = rows[index]
      let to = target + run * inner
      to.update(repeating: 0, count: inner)
      row.weights.withUnsafeBufferPointer { weights in
        for offset in weights.indices {
          let from = source + (block * inputLength + row.start + offset) * inner
          let weight = weights[offset]
          for place in 0..<inner { to[place] += weight * from[place] }
        }
      }
    }
  }
}

/// What lies beyond the ends of an axis.
package enum Boundary: Sendable {
  /// The outermost voxel, again and again.
  case edge
  /// The voxels in reverse order, the outermost one once.
  case mirror
  /// The voxels in reverse order, the outermost one twice.
  case reflection

  /// The voxel that stands for a place.
  func place(_ place: Int, length: Int) -> Int {
    if place >= 0, place < length { return place }
    switch self {
    case .edge: return min(max(place, 0), length - 1)
    case .mirror:
      if length == 1 { return 0 }
      let period = 2 * (length - 1)
      let rest = (place % period + period) % period
      return rest < length ? rest : period - rest
    case .reflection:
      let period = 2 * length
      let rest = (place % period + period) % period
      return rest < length ? rest : period - 1 - rest
    }
  }
}

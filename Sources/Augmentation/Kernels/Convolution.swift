import Volumes

/// Convolves `source`, (z, y, x), along one axis with a symmetric kernel; beyond the borders it continues mirrored about the last voxels.
///
/// - Parameters:
///   - source: The values; not changed.
///   - target: Receives as many values; other memory than `source`.
///   - shape: Shape of both.
///   - axis: An axis of length above 1.
///   - kernel: An odd number of weights, equal at equal distance from the middle.
func convolve(
  _ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, shape: Shape3,
  axis: Int, kernel: [Float]
) {
  let half = kernel.count / 2
  let weights = Array(kernel[half...])
  if axis == 2 {
    return convolveRows(source, into: target, shape: shape, weights: weights)
  }
  // Along axis 0 a line of memory is a whole slice, along axis 1 a row.
  let length = shape[axis]
  let line = axis == 0 ? shape.height * shape.width : shape.width
  for group in 0..<shape.count / (length * line) {
    let first = group * length * line
    for position in 0..<length {
      let row = target + (first + position * line)
      let middle = source + (first + position * line)
      for index in 0..<line { row[index] = weights[0] * middle[index] }
      for distance in 1..<max(1, weights.count) {
        let before = source + (first + mirrored(position - distance, length) * line)
        let after = source + (first + mirrored(position + distance, length) * line)
        let weight = weights[distance]
        for index in 0..<line { row[index] += weight * (before[index] + after[index]) }
      }
    }
  }
}

/// Convolves along axis 2, each row extended by its mirrored ends first.
private func convolveRows(
  _ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, shape: Shape3,
  weights: [Float]
) {
  let (width, half) = (shape.width, weights.count - 1)
  withUnsafeTemporaryAllocation(of: Float.self, capacity: width + 2 * half) { buffer in
    guard let padded = buffer.baseAddress else { return }
    for row in 0..<shape.depth * shape.height {
      let (input, output) = (source + row * width, target + row * width)
      (padded + half).update(from: input, count: width)
      for index in 0..<half {
        padded[index] = input[mirrored(index - half, width)]
        padded[half + width + index] = input[mirrored(width + index, width)]
      }
      let middle = padded + half
      for index in 0..<width { output[index] = weights[0] * middle[index] }
      for distance in 1..<max(1, weights.count) {
        let weight = weights[distance]
        let (before, after) = (middle - distance, middle + distance)
        for index in 0..<width { output[index] += weight * (before[index] + after[index]) }
      }
    }
  }
}

/// `index` reflected about 0 and `length - 1` until it lies between them; `length` above 1.
private func mirrored(_ index: Int, _ length: Int) -> Int {
  var index = index
  while index < 0 || index >= length { index = index < 0 ? -index : 2 * (length - 1) - index }
  return index
}

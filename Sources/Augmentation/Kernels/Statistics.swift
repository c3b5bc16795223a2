/// Minimum, maximum and mean of one channel.
package struct ChannelStatistics {
  package let minimum: Float
  package let maximum: Float
  package let mean: Double
}

/// Numbers summed in single precision before the sum joins the double-precision total: short enough to lose less than 1e-6 of it.
private let blockLength = 1024

/// Minimum, maximum and mean in one pass; sums in a fixed order of sixteen lanes, the same on every machine.
package func statistics(of values: UnsafeMutableBufferPointer<Float>) -> ChannelStatistics {
  guard let start = values.baseAddress, values.count > 0 else {
    return ChannelStatistics(minimum: 0, maximum: 0, mean: 0)
  }
  var low = SIMD16<Float>(repeating: start[0])
  var high = low
  let total = blockwiseSum(values) { vector in
    low = vector.replacing(with: low, where: low .< vector)
    high = vector.replacing(with: high, where: high .> vector)
    return vector
  } rest: { value in
    low[0] = min(low[0], value)
    high[0] = max(high[0], value)
    return value
  }
  return ChannelStatistics(
    minimum: low.min(), maximum: high.max(), mean: total / Double(values.count))
}

/// Standard deviation about `mean` with n - 1 in the denominator; 0 for a single value.
package func standardDeviation(
  of values: UnsafeMutableBufferPointer<Float>, about mean: Double
) -> Double {
  let centre = Float(mean)
  // The rounded centre is off by `shift`; the sum of squares about it exceeds the true one by n shift^2.
  let shift = mean - Double(centre)
  let centres = SIMD16(repeating: centre)
  let squares = blockwiseSum(values) { vector in
    let d = vector - centres
    return d * d
  } rest: { value in
    (value - centre) * (value - centre)
  }
  let count = Double(values.count)
  return (max(0, squares - count * shift * shift) / max(1, count - 1)).squareRoot()
}

/// The sum of `vector` over full vectors and `rest` over what remains.
@inline(__always)
private func blockwiseSum(
  _ values: UnsafeMutableBufferPointer<Float>, vector: (SIMD16<Float>) -> SIMD16<Float>,
  rest: (Float) -> Float
) -> Double {
  guard let start = values.baseAddress else { return 0 }
  let memory = UnsafeRawPointer(start)
  let vectors = values.count / 16
  var total = 0.0
  for block in stride(from: 0, to: vectors, by: blockLength / 16) {
    var sum = SIMD16<Float>(repeating: 0)
    for index in block..<min(vectors, block + blockLength / 16) {
      sum += vector(memory.loadUnaligned(fromByteOffset: index &* 64, as: SIMD16<Float>.self))
    }
    total += Double(sum.sum())
  }
  for index in vectors * 16..<values.count { total += Double(rest(start[index])) }
  return total
}

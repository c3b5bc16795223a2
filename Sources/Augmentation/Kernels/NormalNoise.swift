/// Adds normal numbers to `values`, each pair made from a counter so that no step waits for the one before.
///
/// The first half of the values takes the cosines, the second half the sines of the same pairs.
package func addNormalNoise(
  to values: UnsafeMutableBufferPointer<Float>, standardDeviation: Float, seed: UInt64
) {
  guard let first = values.baseAddress else { return }
  let pairs = values.count / 2
  let second = first + pairs
  for index in 0..<pairs {
    let (a, b) = normalPair(seed, UInt64(truncatingIfNeeded: index))
    first[index] += standardDeviation * a
    second[index] += standardDeviation * b
  }
  if values.count % 2 == 1 {
    values[values.count - 1] += standardDeviation * normalPair(seed, UInt64(pairs)).0
  }
}

/// The normal numbers with the given counter, by the method of Box and Muller; mixing as in SplitMix64.
@inline(__always) private func normalPair(_ seed: UInt64, _ counter: UInt64) -> (Float, Float) {
  var word = seed &+ (counter &+ 1) &* 0x9E37_79B9_7F4A_7C15
  word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
  word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
  word ^= word >> 31
  let high = Int32(truncatingIfNeeded: word >> 40)
  let low = Int32(truncatingIfNeeded: (word >> 8) & 0xFF_FFFF)
  // (0, 1] for the radius, so that its logarithm is finite; [-1/2, 1/2) for the angle.
  let u = (Float(high) + 1) * (1 / 16_777_216)
  let turn = Float(low &- 0x80_0000) * (1 / 16_777_216)
  let radius = max(0, -2 * logarithm(u)).squareRoot()
  let (sine, cosine) = sineAndCosine(ofTurn: turn)
  return (radius * cosine, radius * sine)
}

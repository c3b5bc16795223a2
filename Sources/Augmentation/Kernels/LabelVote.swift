/// The label with the greatest sum of weights; of equals the nearest neighbour's, or the smallest if that is not among them.
///
/// Sums are compared as multiples of 1/1000 in half precision, so that near ties count as ties.
///
/// - Parameters:
///   - labels: The neighbours' labels.
///   - weights: Their weights, not negative, with sum 1; 0 for places that are no neighbours.
///   - nearest: The label of the nearest neighbour, one of `labels`.
/// - Returns: The label of the voxel between them.
@inline(__always)
package func vote(
  _ labels: SIMD8<Int32>, _ weights: SIMD8<Float>, nearest: Int32
) -> Int16 {
  let weights = weights * 1000
  var best = score(nearest, labels, weights)
  // What is left for all others together is less.
  if best > 501 { return Int16(truncatingIfNeeded: nearest) }
  var winner = nearest
  // In ascending order, so that a tie among the others leaves the smallest.
  var low = masked(labels.lowHalf, nearest)
  var high = masked(labels.highHalf, nearest)
  var label = smallest(low, high)
  while label != .max {
    let found = score(label, labels, weights)
    if found > best { (winner, best) = (label, found) }
    (low, high) = (masked(low, label), masked(high, label))
    label = smallest(low, high)
  }
  return Int16(truncatingIfNeeded: winner)
}

// Four lanes at a time: comparisons of more become loops over lanes.

/// The labels with `label` replaced by the largest number.
@inline(__always)
private func masked(_ labels: SIMD4<Int32>, _ label: Int32) -> SIMD4<Int32> {
  labels.replacing(with: .max, where: labels .== SIMD4(repeating: label))
}

@inline(__always)
private func smallest(_ low: SIMD4<Int32>, _ high: SIMD4<Int32>) -> Int32 {
  let four = low.replacing(with: high, where: high .< low)
  let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .< four.lowHalf)
  return min(two[0], two[1])
}

/// The sum of the weights of the neighbours with the given label.
@inline(__always)
private func score(
  _ label: Int32, _ labels: SIMD8<Int32>, _ weights: SIMD8<Float>
) -> Float {
  let label = SIMD4(repeating: label)
  let zero = SIMD4<Float>(repeating: 0)
  let four =
    zero.replacing(with: weights.lowHalf, where: labels.lowHalf .== label)
    + zero.replacing(with: weights.highHalf, where: labels.highHalf .== label)
  let two = four.lowHalf + four.highHalf
  return roundedToHalf(two[0] + two[1])
}

/// `value` with the eleven significant bits of a half-precision number, rounded half to even; for values in its normal range.
@inline(__always) package func roundedToHalf(_ value: Float) -> Float {
  let bits = value.bitPattern
  return Float(bitPattern: (bits &+ 0x0FFF &+ ((bits >> 13) & 1)) & ~0x1FFF)
}

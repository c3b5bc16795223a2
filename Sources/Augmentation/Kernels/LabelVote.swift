/// The label with the greatest sum of weights; of equals the nearest neighbour's, or the smallest if that is not among them.
///
/// - Parameters:
///   - labels: The neighbours' labels.
///   - weights: Their weights in thousandths, not negative.
///   - count: Number of neighbours.
///   - nearest: The label of the nearest neighbour.
/// - Returns: The label of the voxel between them.
package func vote(
  _ labels: UnsafePointer<Int16>, _ weights: UnsafePointer<Float>, count: Int, nearest: Int16
) -> Int16 {
  var (winner, best) = (Int16.max, -Float.infinity)
  var nearestScore = -Float.infinity
  for index in 0..<count {
    let label = labels[index]
    var score: Float = 0
    var isRepeated = false
    for other in 0..<count where labels[other] == label {
      if other < index {
        isRepeated = true
        break
      }
      score += weights[other]
    }
    if isRepeated { continue }
    score = roundedToHalf(score)
    if score > best || (score == best && label < winner) { (winner, best) = (label, score) }
    if label == nearest { nearestScore = score }
  }
  return nearestScore == best ? nearest : winner
}

/// `value` with the eleven significant bits of a half-precision number, rounded half to even; for values in its normal range.
@inline(__always) package func roundedToHalf(_ value: Float) -> Float {
  let bits = value.bitPattern
  return Float(bitPattern: (bits &+ 0x0FFF &+ ((bits >> 13) & 1)) & ~0x1FFF)
}

/// The largest absolute difference between two sequences of equal length, and where it is.
public func largestDifference<A: BinaryFloatingPoint, B: BinaryFloatingPoint>(
  _ found: [A], _ expected: [B]
) -> (value: Double, index: Int) {
  precondition(found.count == expected.count, "\(found.count) values against \(expected.count)")
  var worst = (value: 0.0, index: -1)
  for index in found.indices {
    let difference = abs(Double(found[index]) - Double(expected[index]))
    if !(difference <= worst.value) { worst = (difference.isNaN ? .infinity : difference, index) }
  }
  return worst
}

import RandomNumbers

extension SplitMix64 {
  /// A whole number drawn from `range`, by the high half of a product so that one draw always suffices.
  ///
  /// Numbers differ in probability by less than `range.count` parts in 2^64.
  ///
  /// - Source: Lemire, ACM TOMACS 29(1), 2019, doi:10.1145/3230636.
  mutating func uniformInteger(in range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next().multipliedFullWidth(by: UInt64(range.count)).high)
  }
}

/// A time of day: seconds since midnight.
public struct DayTime: Hashable, Sendable {
  /// Seconds since midnight.
  public let seconds: Double

  /// A time of day from DICOM's text HHMMSS.FFFFFF, of which all after the hours may be missing.
  ///
  /// - Returns: Nil if the text is no time of day.
  public init?(_ text: String?) {
    guard let text else { return nil }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard let digits = parts.first, parts.count <= 2, [2, 4, 6].contains(digits.count),
      digits.allSatisfy({ $0.isASCII && $0.isNumber })
    else { return nil }
    var pairs: [Int] = []
    var rest = digits[...]
    while !rest.isEmpty {
      pairs.append(Int(rest.prefix(2)) ?? 0)
      rest = rest.dropFirst(2)
    }
    pairs += Array(repeating: 0, count: 3 - pairs.count)
    guard pairs[0] < 24, pairs[1] < 60, pairs[2] <= 60 else { return nil }
    var seconds = Double(pairs[0] * 3600 + pairs[1] * 60 + pairs[2])
    if parts.count == 2, !parts[1].isEmpty {
      guard parts[1].allSatisfy({ $0.isASCII && $0.isNumber }),
        let fraction = Double("0.\(parts[1])")
      else { return nil }
      seconds += fraction
    }
    self.seconds = seconds
  }
}

/// The type of an array's elements.
public enum NumPyDataType: String, CaseIterable, Sendable {
  /// IEEE 754 binary16.
  case float16 = "f2"
  /// IEEE 754 binary32.
  case float32 = "f4"
  /// IEEE 754 binary64.
  case float64 = "f8"
  /// Signed, 8 bits.
  case int8 = "i1"
  /// Signed, 16 bits.
  case int16 = "i2"
  /// Signed, 32 bits.
  case int32 = "i4"
  /// Signed, 64 bits.
  case int64 = "i8"
  /// Unsigned, 8 bits.
  case uint8 = "u1"
  /// Unsigned, 16 bits.
  case uint16 = "u2"
  /// Unsigned, 32 bits.
  case uint32 = "u4"
  /// Unsigned, 64 bits.
  case uint64 = "u8"
  /// One byte, 0 or 1.
  case bool = "b1"

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .int16, .uint16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  /// The type as the header of an array that is written names it: little-endian.
  var description: String { (byteCount == 1 ? "|" : "<") + rawValue }

  /// Bytes of an array of the given shape, or nil where a length is negative or the product exceeds 64 bits.
  func byteCount(ofShape shape: [Int]) -> Int? {
    var total = byteCount
    for length in shape {
      let (product, overflow) = total.multipliedReportingOverflow(by: length)
      guard length >= 0, !overflow else { return nil }
      total = product
    }
    return total
  }
}

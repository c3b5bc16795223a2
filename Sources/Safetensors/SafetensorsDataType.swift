/// The type of a tensor's elements, little-endian in the file.
public enum SafetensorsDataType: String, CaseIterable, Sendable {
  /// IEEE 754 binary64.
  case float64 = "F64"
  /// IEEE 754 binary32.
  case float32 = "F32"
  /// IEEE 754 binary16.
  case float16 = "F16"
  /// The upper 16 bits of a binary32.
  case bfloat16 = "BF16"
  /// Signed, 64 bits.
  case int64 = "I64"
  /// Signed, 32 bits.
  case int32 = "I32"
  /// Signed, 16 bits.
  case int16 = "I16"
  /// Signed, 8 bits.
  case int8 = "I8"
  /// Unsigned, 8 bits.
  case uint8 = "U8"
  /// One byte, 0 or 1.
  case bool = "BOOL"
  /// Unsigned, 16 bits.
  case uint16 = "U16"
  /// Unsigned, 32 bits.
  case uint32 = "U32"
  /// Unsigned, 64 bits.
  case uint64 = "U64"

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  /// Bytes of a tensor of the given shape, or nil where a length is negative or the product exceeds
  /// 64 bits.
  func byteCount(ofShape shape: [Int]) -> Int? {
    var total = 1
    for length in shape {
      let (product, overflow) = total.multipliedReportingOverflow(by: length)
      guard length >= 0, !overflow else { return nil }
      total = product
    }
    let (bytes, overflow) = total.multipliedReportingOverflow(by: byteCount)
    return overflow ? nil : bytes
  }
}

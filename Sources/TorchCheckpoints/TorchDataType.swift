/// The type of a tensor's elements.
public enum TorchDataType: String, CaseIterable, Sendable {
  /// IEEE 754 binary64.
  case float64 = "DoubleStorage"
  /// IEEE 754 binary32.
  case float32 = "FloatStorage"
  /// IEEE 754 binary16.
  case float16 = "HalfStorage"
  /// The upper 16 bits of a binary32.
  case bfloat16 = "BFloat16Storage"
  /// Signed, 64 bits.
  case int64 = "LongStorage"
  /// Signed, 32 bits.
  case int32 = "IntStorage"
  /// Signed, 16 bits.
  case int16 = "ShortStorage"
  /// Signed, 8 bits.
  case int8 = "CharStorage"
  /// Unsigned, 8 bits.
  case uint8 = "ByteStorage"
  /// One byte, 0 or 1.
  case bool = "BoolStorage"

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16, .int16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  /// The element at a place as float32, rounded where it needs more digits.
  func float(_ bytes: UnsafeRawBufferPointer, at index: Int) -> Float {
    let place = index * byteCount
    func load<Number: BitwiseCopyable>(_: Number.Type) -> Number {
      bytes.loadUnaligned(fromByteOffset: place, as: Number.self)
    }
    return switch self {
    case .float64: Float(load(Double.self))
    case .float32: load(Float.self)
    case .float16: number(ofHalf: load(UInt16.self))
    case .bfloat16: Float(bitPattern: UInt32(load(UInt16.self)) << 16)
    case .int64: Float(load(Int64.self))
    case .int32: Float(load(Int32.self))
    case .int16: Float(load(Int16.self))
    case .int8: Float(load(Int8.self))
    case .uint8: Float(load(UInt8.self))
    case .bool: load(UInt8.self) == 0 ? 0 : 1
    }
  }
}

/// A binary16 number; Swift has no `Float16` on every processor that runs Linux.
private func number(ofHalf bits: UInt16) -> Float {
  let sign: Float = bits >> 15 == 0 ? 1 : -1
  let (exponent, fraction) = (Int(bits >> 10 & 0x1F), Float(bits & 0x3FF))
  switch exponent {
  case 0: return sign * fraction * 0x1p-24
  case 31: return fraction == 0 ? sign * .infinity : .nan
  default:
    return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
  }
}

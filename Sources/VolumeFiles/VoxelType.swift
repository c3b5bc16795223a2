/// How one number of a voxel is stored in a file.
public enum VoxelType: String, Hashable, Sendable, CaseIterable {
  /// 8 bits without sign.
  case uint8
  /// 8 bits with sign.
  case int8
  /// 16 bits without sign.
  case uint16
  /// 16 bits with sign.
  case int16
  /// 32 bits without sign.
  case uint32
  /// 32 bits with sign.
  case int32
  /// 64 bits without sign.
  case uint64
  /// 64 bits with sign.
  case int64
  /// IEEE single precision.
  case float32
  /// IEEE double precision.
  case float64

  /// Bytes of one number.
  public var byteCount: Int {
    switch self {
    case .uint8, .int8: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }
}

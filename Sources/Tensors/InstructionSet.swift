import COneDNN

/// What the processor offers to the convolutions.
public struct InstructionSet: Sendable, Equatable, CustomStringConvertible {
  /// Instructions for products of bfloat16 numbers (AVX512_BF16).
  public let hasBFloat16: Bool
  /// Instructions for products of small matrices (AMX).
  public let hasMatrixTiles: Bool
  private let code: Int32

  /// This machine's, after the limits that oneDNN's environment sets.
  public static var current: InstructionSet {
    InstructionSet(
      hasBFloat16: delineate_has_bfloat16() != 0, hasMatrixTiles: delineate_has_amx() != 0,
      code: delineate_effective_isa())
  }

  /// The version of oneDNN that the program runs with.
  public static var libraryVersion: String {
    var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
    delineate_version(&major, &minor, &patch)
    return "\(major).\(minor).\(patch)"
  }

  /// The name, as processors' manuals have it.
  public var description: String {
    if hasMatrixTiles { return "AVX-512 with AMX" }
    if hasBFloat16 { return "AVX-512 with BF16" }
    return switch code {
    case 0x1: "SSE4.1"
    case 0x3: "AVX"
    case 0x7: "AVX2"
    case 0xF: "AVX2 with VNNI"
    case 0x27: "AVX-512"
    case 0x67: "AVX-512 with VNNI"
    default: "x86-64"
    }
  }
}

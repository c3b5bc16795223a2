/// The number format of activations and their gradients.
///
/// Weights, statistics, losses and sums are float32 in both.
public enum Precision: String, Sendable, Hashable, CaseIterable {
  /// 32-bit floating point.
  case float32
  /// 16-bit floating point with the exponent of float32 ("brain float").
  case bfloat16

  /// Bytes of one element.
  public var bytes: Int { self == .float32 ? 4 : 2 }

  /// bfloat16 where the processor has instructions for it.
  public static var automatic: Precision {
    InstructionSet.current.hasBFloat16 ? .bfloat16 : .float32
  }
}

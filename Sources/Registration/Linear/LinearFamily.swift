/// Which linear maps a registration may choose from.
public enum LinearFamily: String, Hashable, Sendable, CaseIterable {
  /// Shifts: 3 parameters.
  case translation
  /// Rotations and shifts: 6 parameters.
  case rigid
  /// Rotations, shifts and one scale for all directions: 7 parameters.
  case similarity
  /// All linear maps with a shift: 12 parameters.
  case affine

  /// Numbers to find.
  public var parameterCount: Int {
    switch self {
    case .translation: 3
    case .rigid: 6
    case .similarity: 7
    case .affine: 12
    }
  }
}

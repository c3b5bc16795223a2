/// Which part of the cases a network is trained on.
public enum Fold: Hashable, Sendable, CustomStringConvertible {
  /// One of the splits, counted from 0.
  case number(Int)
  /// Every case, for training and validation both.
  case all

  /// A fold from a number of at least 0, or from `all`; nil for anything else.
  public init?(_ text: String) {
    if text == "all" {
      self = .all
    } else if let number = Int(text), number >= 0, String(number) == text {
      self = .number(number)
    } else {
      return nil
    }
  }

  /// The number, or `all`.
  public var description: String {
    switch self {
    case .number(let number): String(number)
    case .all: "all"
    }
  }
}

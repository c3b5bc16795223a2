/// A set of the three axes of a patch.
public struct AxisSet: OptionSet, Hashable, Sendable, Codable {
  /// Bit `a` is set when axis `a` belongs to the set.
  public var rawValue: UInt8

  /// The set with the given bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Axis 0, slowest in memory.
  public static let depth = AxisSet(rawValue: 1)
  /// Axis 1.
  public static let height = AxisSet(rawValue: 2)
  /// Axis 2, fastest in memory.
  public static let width = AxisSet(rawValue: 4)

  /// The set that holds axis 0, 1 or 2 only.
  public init(axis: Int) {
    precondition((0..<3).contains(axis), "axis \(axis) of a three-dimensional patch")
    self.init(rawValue: 1 << UInt8(axis))
  }

  /// Whether axis 0, 1 or 2 belongs to the set.
  public func contains(axis: Int) -> Bool { contains(AxisSet(axis: axis)) }
}

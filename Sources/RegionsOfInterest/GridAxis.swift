/// An axis of a grid: the first, second or third of the file.
public enum GridAxis: String, CaseIterable, Sendable {
  /// The axis that is fastest in memory.
  case x
  /// The second axis.
  case y
  /// The third axis, in most files across axial slices.
  case z
}

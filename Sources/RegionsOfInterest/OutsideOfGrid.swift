/// What lies beyond the border of a grid, where regions shrink.
public enum OutsideOfGrid: Hashable, Sendable, CaseIterable {
  /// Nothing is known of it: a region that the image cuts off is not eroded from there.
  case unknown
  /// Background: a region is eroded from the border too.
  case background
}

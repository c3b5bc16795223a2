public import Datasets

/// One of several parts of a list of cases, so that machines can share a folder.
public struct CasePart: Sendable, Equatable {
  /// Which part, from 1 on.
  public let number: Int
  /// How many parts there are.
  public let count: Int

  /// A part; nil unless 1 ≤ number ≤ count.
  public init?(number: Int, of count: Int) {
    guard number >= 1, number <= count else { return nil }
    self.number = number
    self.count = count
  }

  /// Every `count`-th case, beginning with the one at place `number`.
  ///
  /// - Source: nnU-Net 2.8.1's `-num_parts` and `-part_id`, which counts from 0.
  public func cases(of cases: [Case]) -> [Case] {
    cases.indices.filter { $0 % count == number - 1 }.map { cases[$0] }
  }
}

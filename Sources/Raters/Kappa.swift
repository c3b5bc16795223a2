/// Agreement of two raters about categories beyond chance: Cohen's kappa.
///
/// - Parameter table: How often the first rater chose the row's category and the second the
///   column's; square.
/// - Returns: At most 1; NaN where chance alone explains full agreement.
/// - Source: Cohen, Educ. Psychol. Meas. 20(1), 1960, doi:10.1177/001316446002000104.
public func cohenKappa(_ table: [[Int]]) -> Double {
  let size = table.count
  precondition(table.allSatisfy { $0.count == size }, "a table of \(size) rows is not square")
  let total = Double(table.joined().reduce(0, +))
  var (observed, expected) = (0.0, 0.0)
  for category in 0..<size {
    observed += Double(table[category][category]) / total
    let row = Double(table[category].reduce(0, +)) / total
    let column = Double(table.reduce(0) { $0 + $1[category] }) / total
    expected += row * column
  }
  return (observed - expected) / (1 - expected)
}

/// How much a disagreement about ordered categories counts.
public enum KappaWeights: Hashable, Sendable, CaseIterable {
  /// Any as much as any other: plain kappa.
  case none
  /// As many times as there are steps between the categories.
  case linear
  /// As the square of the steps.
  case quadratic

  /// The weight of a disagreement by a number of steps.
  fileprivate func callAsFunction(_ steps: Int) -> Double {
    switch self {
    case .none: steps == 0 ? 0 : 1
    case .linear: Double(abs(steps))
    case .quadratic: Double(steps * steps)
    }
  }
}

/// Agreement of two raters about ordered categories beyond chance: Cohen's weighted kappa.
///
/// - Parameters:
///   - table: How often the first rater chose the row's category and the second the column's; square,
///     categories in order.
///   - weights: How much a disagreement counts.
/// - Returns: At most 1; NaN where chance alone explains full agreement.
/// - Source: Cohen, Psychol. Bull. 70(4), 1968, doi:10.1037/h0026256.
public func cohenKappa(_ table: [[Int]], weights: KappaWeights) -> Double {
  let size = table.count
  precondition(table.allSatisfy { $0.count == size }, "a table of \(size) rows is not square")
  let total = Double(table.joined().reduce(0, +))
  let rows = table.map { Double($0.reduce(0, +)) / total }
  let columns = (0..<size).map { column in
    Double(table.reduce(0) { $0 + $1[column] }) / total
  }
  var (observed, expected) = (0.0, 0.0)
  for row in 0..<size {
    for column in 0..<size {
      let weight = weights(row - column)
      observed += weight * Double(table[row][column]) / total
      expected += weight * rows[row] * columns[column]
    }
  }
  return 1 - observed / expected
}

/// Subjects that raters put into the same numbers of categories.
public struct CategoryVotes: Hashable, Sendable {
  /// How many raters chose each category.
  public let votes: [Int]
  /// Number of such subjects.
  public let subjects: Int

  /// Subjects with the given votes.
  public init(votes: [Int], subjects: Int = 1) {
    self.votes = votes
    self.subjects = subjects
  }
}

/// Agreement of several raters about categories beyond chance: Fleiss' kappa.
///
/// - Parameter table: The votes of all subjects, each of the same number of raters, at least two.
/// - Returns: At most 1; NaN where all votes are for one category.
/// - Source: Fleiss, Psychol. Bull. 76(5), 1971, doi:10.1037/h0031619.
public func fleissKappa(_ table: [CategoryVotes]) -> Double {
  guard let first = table.first else { return .nan }
  let raters = Double(first.votes.reduce(0, +))
  var subjects = 0.0
  var agreement = 0.0
  var shares = [Double](repeating: 0, count: first.votes.count)
  for row in table {
    let count = Double(row.subjects)
    let squares = row.votes.reduce(0.0) { $0 + Double($1 * $1) }
    agreement += count * (squares - raters) / (raters * (raters - 1))
    for (category, votes) in row.votes.enumerated() { shares[category] += count * Double(votes) }
    subjects += count
  }
  let observed = agreement / subjects
  let expected = shares.reduce(0) { sum, share in
    let share = share / (subjects * raters)
    return sum + share * share
  }
  return (observed - expected) / (1 - expected)
}

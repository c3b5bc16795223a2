/// Mean and standard deviation of the scores of every structure in every cohort.
public struct CohortTable: Hashable, Sendable {
  /// The scores of one structure in one cohort.
  public struct Row: Hashable, Sendable {
    /// Name of the cohort, or ``CohortTable/allCases``.
    public var cohort: String
    /// What was scored.
    public var structure: Structure
    /// Cases of the cohort.
    public var cases: Int
    /// Cases in which the structure is in the reference or the prediction, so that scores are
    /// defined.
    public var definedCases: Int
    /// Dice's coefficient.
    public var dice: Spread
    /// Intersection over union.
    public var intersectionOverUnion: Spread
  }

  /// Mean and standard deviation of a sample.
  public struct Spread: Hashable, Sendable {
    /// Arithmetic mean; NaN of an empty sample.
    public var mean: Double
    /// Standard deviation with n - 1; NaN of fewer than two values.
    public var standardDeviation: Double

    /// Mean and standard deviation of the values that are not NaN.
    init(of values: [Double]) {
      let defined = values.filter { !$0.isNaN }
      let mean = pairwiseSum(defined[...]) / Double(defined.count)
      let squares = pairwiseSum(defined.map { ($0 - mean) * ($0 - mean) }[...])
      self.mean = mean
      standardDeviation =
        defined.count > 1 ? (squares / Double(defined.count - 1)).squareRoot() : .nan
    }
  }

  /// Name of the rows over all cases, written where there is more than one cohort.
  public static let allCases = "all"

  /// The rows: cohorts in order of their names, structures in the summary's order, all cases last.
  public let rows: [Row]

  /// Sums up a summary by cohort.
  ///
  /// - Parameters:
  ///   - summary: The scores.
  ///   - cohorts: Cohort of every case, by the case's name; a case that is not named belongs to the
  ///     cohort `-`. Empty: one cohort.
  public init(_ summary: EvaluationSummary, cohorts: [String: String] = [:]) {
    var members: [String: [CaseOverlap]] = [:]
    for item in summary.cases where !cohorts.isEmpty {
      members[cohorts[item.name] ?? "-", default: []].append(item)
    }
    var groups = members.sorted { $0.key < $1.key }.map { (name: $0.key, cases: $0.value) }
    if groups.count != 1 { groups.append((Self.allCases, summary.cases)) }
    var rows: [Row] = []
    for group in groups {
      for (index, structure) in summary.structures.enumerated() {
        let counts = group.cases.map { $0.counts[index] }
        rows.append(
          Row(
            cohort: group.name, structure: structure, cases: counts.count,
            definedCases: counts.count { !$0.dice.isNaN }, dice: Spread(of: counts.map(\.dice)),
            intersectionOverUnion: Spread(of: counts.map(\.intersectionOverUnion))))
      }
    }
    self.rows = rows
  }

  /// The table as lines of text with aligned columns.
  ///
  /// - Parameter names: Names to print for structures; others print as in a `summary.json`.
  /// - Returns: A heading and one line per row, each ending in a line break. Undefined numbers
  ///   print as `-`.
  public func textTable(names: [Structure: String] = [:]) -> String {
    var table = [["Cohort", "Structure", "Cases", "Dice", "IoU"]]
    for row in rows {
      let cases =
        row.cases == row.definedCases ? "\(row.cases)" : "\(row.definedCases)/\(row.cases)"
      table.append([
        row.cohort, names[row.structure] ?? row.structure.key, cases, Self.text(row.dice),
        Self.text(row.intersectionOverUnion),
      ])
    }
    let widths = table[0].indices.map { column in table.map { $0[column].count }.max() ?? 0 }
    var text = ""
    for line in table {
      var padded = ""
      for (column, cell) in line.enumerated() {
        padded += cell + String(repeating: " ", count: widths[column] - cell.count + 2)
      }
      while padded.last == " " { padded.removeLast() }
      text += padded + "\n"
    }
    return text
  }

  private static func text(_ spread: Spread) -> String {
    "\(decimals(spread.mean)) ± \(decimals(spread.standardDeviation))"
  }

  /// Four digits after the point, of a number between 0 and 1.
  private static func decimals(_ value: Double) -> String {
    guard value.isFinite else { return "-" }
    let scaled = Int((value * 10_000).rounded())
    let digits = String(scaled % 10_000)
    return "\(scaled / 10_000)." + String(repeating: "0", count: 4 - digits.count) + digits
  }
}

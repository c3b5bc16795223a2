import Datasets
import Raters

/// A table of features, a line per case.
struct FeatureTable {
  private let table: DelimitedTable
  private let caseColumn: Int
  private let path: String

  init(contentsOf path: String, caseColumn name: String) throws {
    let table = try DelimitedTable(contentsOf: path)
    guard let column = table.columns.firstIndex(of: name) else {
      throw TableProblem(path: path, problem: "has no column \(name); name it by --case-column")
    }
    self.table = table
    self.path = path
    caseColumn = column
  }

  /// All lines as one rater's.
  func rater(named name: String) -> FeatureRatings.Rater { rater(name, table.rows, without: []) }

  /// The lines of every rater, by the names in a column.
  func raters(by name: String) throws -> [FeatureRatings.Rater] {
    guard let column = table.columns.firstIndex(of: name) else {
      throw TableProblem(path: path, problem: "has no column \(name) that names the rater")
    }
    var names: [String] = []
    for row in table.rows where !names.contains(row[column]) { names.append(row[column]) }
    return names.map { name in
      rater(name, table.rows.filter { $0[column] == name }, without: [column])
    }
  }

  private func rater(
    _ name: String, _ rows: [[String]], without columns: Set<Int>
  ) -> FeatureRatings.Rater {
    let features = table.columns.indices.filter { $0 != caseColumn && !columns.contains($0) }
    return FeatureRatings.Rater(
      name: name, features: features.map { table.columns[$0] },
      cases: rows.map { row in
        FeatureRatings.Rater.Case(
          name: row[caseColumn], values: features.map { Double(row[$0]) ?? .nan })
      })
  }
}

/// What is wrong with a table.
struct TableProblem: Error, CustomStringConvertible {
  let path: String
  let problem: String

  var description: String { "\(path): \(problem)" }
}

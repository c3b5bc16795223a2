import ArgumentParser
import Raters

/// Numbers by several raters in CSV tables.
struct RaterTables: ParsableArguments {
  @Option(help: ArgumentHelp("The column that names the case.", valueName: "name"))
  var caseColumn = "case"

  @Option(
    help: ArgumentHelp("The column that names the rater, of one table.", valueName: "name"))
  var raterColumn: String?

  func validate(_ tables: [String]) throws {
    guard (raterColumn == nil) == (tables.count > 1) else {
      throw ValidationError("give a table per rater, or one table and --rater-column")
    }
  }

  /// What the tables hold of the cases that all raters have.
  func ratings(_ tables: [String], _ console: Console) throws -> FeatureRatings {
    let ratings = try FeatureRatings(try raters(tables))
    if !ratings.incompleteCases.isEmpty {
      console.message(
        "\(ratings.incompleteCases.count) cases are not in all tables and take no part, the first is "
          + ratings.incompleteCases[0])
    }
    return ratings
  }

  private func raters(_ tables: [String]) throws -> [FeatureRatings.Rater] {
    if let raterColumn {
      let table = try FeatureTable(contentsOf: tables[0], caseColumn: caseColumn)
      return try table.raters(by: raterColumn)
    }
    return try tables.map {
      try FeatureTable(contentsOf: $0, caseColumn: caseColumn).rater(named: $0)
    }
  }
}

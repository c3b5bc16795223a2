import ArgumentParser
import Datasets
import Evaluation
import JSONDocuments
import Raters

struct RatersICC: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "icc", abstract: "Intraclass correlations of features by several raters.",
    discussion: """
      Takes one table per rater, or one with a column that names the rater. Columns without numbers are \
      passed over, so that PyRadiomics' tables serve as they are; cases without a value by every rater \
      take no part. For radiologists who stand for others ICC(2,1) is the usual choice; features are \
      listed with the class of Koo and Li by the estimate and by the lower end of its 95 % interval.
      """)

  @Argument(help: "CSV tables, a line per case.") var tables: [String]

  @Option(help: ArgumentHelp("The column that names the case.", valueName: "name"))
  var caseColumn = "case"

  @Option(
    help: ArgumentHelp("The column that names the rater, of one table.", valueName: "name"))
  var raterColumn: String?

  @Option(
    help: ArgumentHelp("Which correlation is listed.", valueName: "1,1|2,1|3,1|1,k|2,k|3,k"))
  var form = FormChoice.twoWayRandom

  @Option(
    help: ArgumentHelp(
      "A CSV table to write, a line per feature and correlation, all six.", valueName: "file"))
  var output: String?

  @OptionGroup var common: OutputOptions

  func validate() throws {
    guard (raterColumn == nil) == (tables.count > 1) else {
      throw ValidationError("give a table per rater, or one table and --rater-column")
    }
  }

  func run() throws {
    let console = common.start()
    let ratings = try FeatureRatings(try raters())
    if !ratings.incompleteCases.isEmpty {
      console.message(
        "\(ratings.incompleteCases.count) cases are not in all tables and take no part, the first is "
          + ratings.incompleteCases[0])
    }
    let correlations = ratings.features.map { feature in
      IntraclassCorrelation(form.form, of: ratings.table(of: feature))
    }
    if let output { try writeTable(ratings.correlationTable, to: output) }
    report(ratings, correlations, console)
  }

  private func raters() throws -> [FeatureRatings.Rater] {
    if let raterColumn {
      let table = try FeatureTable(contentsOf: tables[0], caseColumn: caseColumn)
      return try table.raters(by: raterColumn)
    }
    return try tables.map {
      try FeatureTable(contentsOf: $0, caseColumn: caseColumn).rater(named: $0)
    }
  }

  private func report(
    _ ratings: FeatureRatings, _ correlations: [IntraclassCorrelation], _ console: Console
  ) {
    var rows = [["Feature", form.form.rawValue, "95 %", "", "p", "Class", "at least"]]
    var features: [JSONValue] = []
    for (feature, icc) in zip(ratings.features, correlations) {
      let classes = [icc.value, icc.lower].map { Reliability($0)?.rawValue ?? "-" }
      rows.append(
        [
          feature, fixed(icc.value, 3), fixed(icc.lower, 3), fixed(icc.upper, 3),
          fixed(icc.pValue, 4),
        ] + classes)
      features.append([
        "feature": .string(feature), "icc": finite(icc.value),
        "ci95": [finite(icc.lower), finite(icc.upper)], "p": finite(icc.pValue),
        "class": .string(classes[0]), "class_at_least": .string(classes[1]),
        "cases": .integer(ratings.table(of: feature).subjects),
      ])
    }
    let robust = [0.75, 0.9].map { limit in correlations.count { $0.lower >= limit } }
    console.result(
      [
        "form": .string(form.form.rawValue), "raters": .integer(ratings.raters.count),
        "cases": .integer(ratings.cases.count), "features": .array(features),
        "lower_at_least_075": .integer(robust[0]), "lower_at_least_090": .integer(robust[1]),
      ],
      text: aligned(rows)
        + "\(ratings.raters.count) raters, \(ratings.cases.count) cases, \(ratings.features.count)"
        + " features: lower end at least 0.75 of \(robust[0]), at least 0.9 of \(robust[1])\n")
  }
}

/// Which intraclass correlation.
enum FormChoice: String, ExpressibleByArgument, CaseIterable {
  case oneWay = "1,1"
  case twoWayRandom = "2,1"
  case twoWayMixed = "3,1"
  case oneWayMean = "1,k"
  case twoWayRandomMean = "2,k"
  case twoWayMixedMean = "3,k"

  var form: IntraclassForm {
    switch self {
    case .oneWay: .oneWay
    case .twoWayRandom: .twoWayRandom
    case .twoWayMixed: .twoWayMixed
    case .oneWayMean: .oneWayMean
    case .twoWayRandomMean: .twoWayRandomMean
    case .twoWayMixedMean: .twoWayMixedMean
    }
  }
}

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
      listed with the class of Koo and Li by the estimate and by the lower end of its 95 % interval, and \
      counted by family (shape, glcm, ...).
      """)

  @Argument(help: "CSV tables, a line per case.") var tables: [String]

  @Option(
    help: ArgumentHelp("Which correlation is listed.", valueName: "1,1|2,1|3,1|1,k|2,k|3,k"))
  var form = FormChoice.twoWayRandom

  @Option(
    help: ArgumentHelp(
      "A CSV table to write, a line per feature and correlation, all six.", valueName: "file"))
  var output: String?

  @OptionGroup var columns: RaterTables
  @OptionGroup var common: OutputOptions

  func validate() throws {
    try columns.validate(tables)
  }

  func run() throws {
    let console = common.start()
    let ratings = try columns.ratings(tables, console)
    let correlations = ratings.features.map { feature in
      IntraclassCorrelation(form.form, of: ratings.table(of: feature))
    }
    if let output { try writeTable(ratings.correlationTable, to: output) }
    report(ratings, correlations, console)
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
          probability(icc.pValue),
        ] + classes)
      features.append([
        "feature": .string(feature), "icc": finite(icc.value),
        "ci95": [finite(icc.lower), finite(icc.upper)], "p": finite(icc.pValue),
        "class": .string(classes[0]), "class_at_least": .string(classes[1]),
        "cases": .integer(ratings.table(of: feature).subjects),
      ])
    }
    let robust = [0.75, 0.9].map { limit in correlations.count { $0.lower >= limit } }
    let families = ratings.families(by: form.form)
    console.result(
      [
        "form": .string(form.form.rawValue), "raters": .integer(ratings.raters.count),
        "cases": .integer(ratings.cases.count), "features": .array(features),
        "families": .array(families.map(document)),
        "lower_at_least_075": .integer(robust[0]), "lower_at_least_090": .integer(robust[1]),
      ],
      text: aligned(rows) + table(of: families)
        + "\(ratings.raters.count) raters, \(ratings.cases.count) cases, \(ratings.features.count)"
        + " features: lower end at least 0.75 of \(robust[0]), at least 0.9 of \(robust[1])\n")
  }
}

extension RatersICC {
  /// How many features of every family are of which class.
  private func table(of families: [FeatureFamily]) -> String {
    let classes = Reliability.allCases.reversed()
    var rows = [
      ["Family", "features"] + classes.map(\.rawValue) + ["lower end from 0.75", "from 0.9"]
    ]
    for family in families {
      rows.append(
        [family.name, "\(family.correlations.count)"]
          + classes.map { "\(family.count(of: $0))" }
          + [0.75, 0.9].map { "\(family.count(ofLowerEndsFrom: $0))" })
    }
    return aligned(rows)
  }

  private func document(_ family: FeatureFamily) -> JSONValue {
    var members = JSONObject()
    members["family"] = .string(family.name)
    members["features"] = .integer(family.correlations.count)
    for reliability in Reliability.allCases {
      members[reliability.rawValue] = .integer(family.count(of: reliability))
    }
    members["lower_at_least_075"] = .integer(family.count(ofLowerEndsFrom: 0.75))
    members["lower_at_least_090"] = .integer(family.count(ofLowerEndsFrom: 0.9))
    return .object(members)
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

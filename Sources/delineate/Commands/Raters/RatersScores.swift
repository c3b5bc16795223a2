import ArgumentParser
import Evaluation
import JSONDocuments
import Raters

struct RatersScores: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scores", abstract: "How far a model's scores depend on who drew the regions.",
    discussion: """
      Takes the scores of the same cases from every rater's masks: one table per rater, or one with a \
      column that names the rater. Prints their agreement, ICC(2,1), how far they differ and how many \
      cases change their class between raters; with the cases' outcomes also the area under the ROC curve \
      of every rater with its 95 % interval, and whether areas differ, both by DeLong.
      """)

  @Argument(help: "CSV tables, a line per case.") var tables: [String]

  @Option(help: ArgumentHelp("The column of the score.", valueName: "name"))
  var score: String

  @Option(
    help: ArgumentHelp(
      "The column of the outcome, 1 or 0, the same in all tables.", valueName: "name"))
  var outcome: String?

  @Option(help: ArgumentHelp("Scores from here on are called positive.", valueName: "number"))
  var threshold = 0.5

  @OptionGroup var columns: RaterTables

  @Option(
    help: ArgumentHelp(
      "A CSV table to write, a line per case, all raters' scores and their range.",
      valueName: "file"))
  var caseCsv: String?

  @OptionGroup var common: OutputOptions

  func validate() throws {
    try columns.validate(tables)
    guard threshold.isFinite else {
      throw ValidationError("--threshold must be a number, not \(threshold)")
    }
  }

  func run() throws {
    let console = common.start()
    let ratings = try columns.ratings(tables, console)
    for column in [score, outcome].compactMap({ $0 }) where !ratings.features.contains(column) {
      throw TableProblem(
        path: tables[0], problem: "has no column \(column) with numbers, or another table lacks it")
    }
    let outcomes = try outcomes(in: ratings)
    let subjects = zip(ratings.rows(of: score), outcomes).map {
      ScoreStability.Subject(scores: $0, outcome: $1)
    }
    let stability = ScoreStability(
      of: subjects, raters: ratings.raters.count, threshold: threshold)
    guard stability.table.subjects > 0 else {
      throw TableProblem(path: tables[0], problem: "no case has a score by every rater")
    }
    if let caseCsv {
      try writeTable(
        stability.caseTable(cases: ratings.cases, raters: ratings.raters), to: caseCsv)
    }
    console.result(
      document(stability, ratings.raters), text: text(stability, ratings.raters))
  }

  /// The outcome of every case, nil where none is asked for.
  private func outcomes(in ratings: FeatureRatings) throws -> [Bool?] {
    guard let outcome else { return ratings.cases.map { _ in nil } }
    return try zip(ratings.cases, ratings.rows(of: outcome)).map { name, row in
      guard let first = row.first, first == 0 || first == 1, row.allSatisfy({ $0 == first }) else {
        throw TableProblem(
          path: tables[0],
          problem: "the outcome of the case \(name) is not 0 or 1 in all tables alike")
      }
      return first == 1
    }
  }

  private func text(_ stability: ScoreStability, _ raters: [String]) -> String {
    let names = shortNames(of: raters)
    var pairs = [["Raters", "mean difference", "largest", "flips", "p of areas"]]
    for pair in stability.pairs {
      pairs.append([
        "\(names[pair.raters.first]) - \(names[pair.raters.second])", fixed(pair.meanDifference, 4),
        fixed(pair.largestDifference, 4), "\(pair.flips)", probability(pair.areaPValue),
      ])
    }
    var areas = [["Rater", "AUC", "95 %", ""]]
    for (name, area) in zip(names, stability.areas) {
      areas.append([
        name, fixed(area.value, 4), fixed(area.interval.lower, 4), fixed(area.interval.upper, 4),
      ])
    }
    let icc = stability.agreement
    return aligned(pairs) + (outcome == nil ? "" : aligned(areas))
      + "\(raters.count) raters, \(stability.table.subjects) cases: ICC(2,1) \(fixed(icc.value, 4))"
      + " (\(fixed(icc.lower, 4)) to \(fixed(icc.upper, 4))); cases that change their class at"
      + " \(threshold): \(stability.flippedSubjects)\n"
  }

  private func document(_ stability: ScoreStability, _ raters: [String]) -> JSONValue {
    let icc = stability.agreement
    return [
      "raters": .array(raters.map { .string($0) }), "cases": .integer(stability.table.subjects),
      "dropped_cases": .integer(stability.table.droppedSubjects),
      "icc_2_1": [
        "icc": finite(icc.value), "ci95": [finite(icc.lower), finite(icc.upper)],
        "p": finite(icc.pValue),
      ],
      "threshold": .number(threshold), "flipped_cases": .integer(stability.flippedSubjects),
      "pairs": .array(
        stability.pairs.map { pair in
          [
            "rater_1": .string(raters[pair.raters.first]),
            "rater_2": .string(raters[pair.raters.second]),
            "mean_difference": finite(pair.meanDifference),
            "largest_difference": finite(pair.largestDifference), "flips": .integer(pair.flips),
            "auc_p": finite(pair.areaPValue),
          ]
        }),
      "auc": outcome == nil
        ? .null
        : .array(
          zip(raters, stability.areas).map { name, area in
            [
              "rater": .string(name), "auc": finite(area.value),
              "ci95": [finite(area.interval.lower), finite(area.interval.upper)],
            ]
          }),
    ]
  }
}

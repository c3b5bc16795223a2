import Evaluation
import JSONDocuments
import Raters
import Volumes

/// What `raters agreement` prints of one label.
struct LabelAgreement {
  private let agreement: RaterAgreement
  private let index: Int
  private let correlations: [IntraclassCorrelation]
  /// Names of the raters for people.
  private let names: [String]

  init(of agreement: RaterAgreement, at index: Int) {
    self.agreement = agreement
    self.index = index
    names = shortNames(of: agreement.raters)
    let volumes = agreement.volumes(ofLabelAt: index)
    correlations = [IntraclassForm.oneWay, .twoWayRandom, .twoWayMixed].map {
      IntraclassCorrelation($0, of: volumes)
    }
  }

  private var groups: [(name: String, score: ScoreDistribution)] {
    let cases = agreement.agreements[index]
    return [
      ("generalised_dice", ScoreDistribution(of: cases.map(\.generalisedDice))),
      ("generalised_jaccard", ScoreDistribution(of: cases.map(\.generalisedJaccard))),
      ("fleiss_kappa", ScoreDistribution(of: cases.map(\.fleissKappa))),
      ("volume_cv", ScoreDistribution(of: cases.map(\.volumeVariation))),
    ]
  }

  /// Dice of every rater with the consensus of all others.
  private var leftOut: [(name: String, score: ScoreDistribution)] {
    guard agreement.raters.count > 2 else { return [] }
    return names.enumerated().map { rater, name in
      (
        "dice with the others, \(name)",
        ScoreDistribution(of: agreement.agreements[index].map { $0.leaveOneOutDice[rater] })
      )
    }
  }

  private func scoreDocument(_ score: ScoreDistribution) -> JSONValue {
    [
      "mean": finite(score.mean), "sd": finite(score.standardDeviation),
      "ci95": [finite(score.interval.lower), finite(score.interval.upper)],
    ]
  }

  /// Mean and standard deviation over cases of a figure of a pair.
  private func score(_ pair: RaterAgreement.Pair, _ metric: CaseMetric) -> ScoreDistribution {
    ScoreDistribution(
      of: pair.summary.cases.compactMap { $0.score(metric, ofStructure: index) })
  }

  private let metrics: [(title: String, metric: CaseMetric, digits: Int)] = [
    ("Dice", .dice, 4), ("IoU", .intersectionOverUnion, 4), ("HD95 mm", .hausdorff95, 2),
    ("ASSD mm", .averageSymmetricDistance, 3), ("NSD", .normalisedSurfaceDistance, 4),
  ]

  /// Text for people.
  var text: String {
    "Label \(agreement.labels[index]), \(agreement.cases.count) cases\n"
      + tables.map(aligned).joined()
  }

  /// Tables of pairs, of all raters together and of volumes, the first row as heading.
  var tables: [[[String]]] {
    var pairs = [["Raters"] + metrics.map(\.title) + ["ml difference", "limits of agreement"]]
    for pair in agreement.pairs {
      let (a, b) = (names[pair.raters.first], names[pair.raters.second])
      let difference = agreement.volumeDifference(ofLabelAt: index, between: pair.raters)
      pairs.append(
        ["\(a) - \(b)"]
          + metrics.map { entry in
            let score = score(pair, entry.metric)
            let missed = score.infiniteCases > 0 ? " (\(score.infiniteCases) ∞)" : ""
            return fixed(score.mean, entry.digits) + " ± "
              + fixed(score.standardDeviation, entry.digits) + missed
          } + [
            fixed(difference.bias, 3),
            "\(fixed(difference.lowerLimit, 3)) to \(fixed(difference.upperLimit, 3))",
          ])
    }
    var all = [["All raters", "mean", "sd", "95 % of the mean", ""]]
    for (name, score) in groups + leftOut {
      all.append([
        name, fixed(score.mean, 4), fixed(score.standardDeviation, 4),
        fixed(score.interval.lower, 4), fixed(score.interval.upper, 4),
      ])
    }
    var volumes = [["Volumes", "estimate", "95 %", "", "p"]]
    for icc in correlations {
      volumes.append([
        icc.form.rawValue, fixed(icc.value, 4), fixed(icc.lower, 4), fixed(icc.upper, 4),
        probability(icc.pValue),
      ])
    }
    return [pairs, all, volumes]
  }

  /// The same as an object.
  var document: JSONValue {
    var all = JSONObject()
    for (name, score) in groups { all[name] = scoreDocument(score) }
    return [
      "label": .integer(Int(agreement.labels[index])),
      "pairs": .array(agreement.pairs.map(pairDocument)), "all_raters": .object(all),
      "dice_with_the_others": .object(
        zip(agreement.raters, leftOut).reduce(into: JSONObject()) {
          $0[$1.0] = scoreDocument($1.1.score)
        }),
      "volume_icc": .array(
        correlations.map { icc in
          [
            "form": .string(icc.form.rawValue), "icc": finite(icc.value),
            "ci95": [finite(icc.lower), finite(icc.upper)], "p": finite(icc.pValue),
          ]
        }),
    ]
  }

  private func pairDocument(_ pair: RaterAgreement.Pair) -> JSONValue {
    var scores = JSONObject()
    for metric in CaseMetric.allCases {
      let values = pair.summary.cases.compactMap { $0.score(metric, ofStructure: index) }
      guard values.count == pair.summary.cases.count else { continue }
      let score = ScoreDistribution(of: values)
      scores[metric.rawValue] = [
        "mean": finite(score.mean), "sd": finite(score.standardDeviation),
        "infinite_cases": .integer(score.infiniteCases),
      ]
    }
    let difference = agreement.volumeDifference(ofLabelAt: index, between: pair.raters)
    return [
      "rater_1": .string(agreement.raters[pair.raters.first]),
      "rater_2": .string(agreement.raters[pair.raters.second]), "scores": .object(scores),
      "bland_altman_ml": [
        "bias": finite(difference.bias), "sd": finite(difference.standardDeviation),
        "lower": finite(difference.lowerLimit), "upper": finite(difference.upperLimit),
        "bias_margin": finite(difference.biasMargin),
        "limit_margin": finite(difference.limitMargin), "slope": finite(difference.slope),
      ],
    ]
  }
}

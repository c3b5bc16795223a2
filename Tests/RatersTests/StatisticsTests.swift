import JSONDocuments
import Raters
import TestSupport
import Testing

@Suite struct StatisticsTests {
  private static let document: JSONValue? = try? JSONValue(
    contentsOf: fixturePath("statistics.json"))

  /// To a relative 1e-8, degrees of freedom from 1 to 10,000.
  @Test func quantilesEqualScipy() throws {
    let entries = try #require(Self.document?["quantiles"]?.array)
    #expect(entries.count == 96)
    for entry in entries {
      let freedom = try #require(entry["freedom"]?.doubles)
      let probability = try #require(entry["probability"]?.double)
      let distribution = FDistribution(freedom[0], freedom[1])
      let quantile = try #require(entry["quantile"]?.double)
      #expect(abs(distribution.quantile(probability) / quantile - 1) < 1e-8, "\(entry)")
      let cumulative = try #require(entry["cumulative"]?.double)
      #expect(abs(distribution.cumulative(1.7) - cumulative) < 2e-11, "\(entry)")
      let survival = try #require(entry["survival"]?.double)
      #expect(abs(distribution.survival(9.5) - survival) < 1e-9 * survival + 1e-300, "\(entry)")
    }
    #expect(FDistribution(3, 4).cumulative(0) == 0)
    #expect(FDistribution(3, 4).survival(.infinity) == 0)
    #expect(FDistribution(.nan, 4).quantile(0.5).isNaN)
  }

  @Test(arguments: 0..<5) func correlationsEqualPingouin(index: Int) throws {
    let entry = try #require(Self.document?["tables"]?.array?[index])
    let rows = try #require(entry["ratings"]?.array).compactMap(\.doubles)
    let table = RatingTable(rows, raters: rows[0].count)
    for expected in try #require(entry["correlations"]?.array) {
      let form = try #require(IntraclassForm(rawValue: expected["form"]?.string ?? ""))
      let found = IntraclassCorrelation(form, of: table)
      let interval = try #require(expected["interval"]?.doubles)
      let freedom = try #require(expected["freedom"]?.doubles)
      #expect(abs(found.value - (expected["value"]?.double ?? .nan)) < 1e-9, "\(form)")
      #expect(abs(found.lower - interval[0]) < 1e-8, "\(form)")
      #expect(abs(found.upper - interval[1]) < 1e-8, "\(form)")
      let ratio = try #require(expected["f"]?.double)
      #expect(abs(found.fRatio / ratio - 1) < 1e-9, "\(form)")
      #expect(found.degreesOfFreedom == FDistribution(freedom[0], freedom[1]))
      let p = try #require(expected["p"]?.double)
      #expect(abs(found.pValue - p) < 1e-8 * p + 1e-300, "\(form): \(found.pValue) \(p)")
    }
  }

  /// The numbers of Shrout and Fleiss' paper.
  @Test func shroutAndFleissExample() throws {
    let table = RatingTable(
      [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]],
      raters: 4)
    let variance = try #require(RatingVariance(of: table))
    #expect(abs(variance.betweenSubjects - 11.2417) < 1e-4)
    #expect(abs(variance.withinSubjects - 6.2639) < 1e-4)
    #expect(abs(variance.betweenRaters - 32.4861) < 1e-4)
    #expect(abs(variance.residual - 1.01944) < 1e-5)
    let values = IntraclassForm.allCases.map { IntraclassCorrelation($0, of: table).value }
    for (value, expected) in zip(values, [0.16574, 0.28976, 0.71484, 0.44280, 0.62005, 0.90932]) {
      #expect(abs(value - expected) < 1e-5)
    }
  }

  @Test func degenerateTables() {
    let constant = RatingTable([[3, 3], [3, 3], [3, 3]], raters: 2)
    let perfect = RatingTable([[1, 1], [2, 2], [4, 4]], raters: 2)
    let shifted = RatingTable([[1, 2], [2, 3], [4, 5]], raters: 2)
    let single = RatingTable([[1, 2]], raters: 2)
    for form in IntraclassForm.allCases {
      #expect(IntraclassCorrelation(form, of: constant).value.isNaN)
      #expect(IntraclassCorrelation(form, of: single).value.isNaN)
      let full = IntraclassCorrelation(form, of: perfect)
      #expect(full.value == 1 && full.lower == 1 && full.upper == 1 && full.pValue == 0)
    }
    #expect(IntraclassCorrelation(.twoWayMixed, of: shifted).value == 1)
    let absolute = IntraclassCorrelation(.twoWayRandom, of: shifted)
    #expect(absolute.value < 1 && absolute.lower < absolute.value)
    let missing = RatingTable([[1, 2], [.nan, 3], [4, .infinity], [5, 6]], raters: 2)
    #expect(missing.droppedSubjects == 2)
    #expect(missing.rows == [[1, 2], [5, 6]])
    #expect(Reliability(.nan) == nil)
    #expect(
      [0.49, 0.5, 0.75, 0.9, 0.91].map { Reliability($0) }
        == [.poor, .moderate, .good, .good, .excellent])
  }

  @Test func kappasEqualStatsmodels() throws {
    for entry in try #require(Self.document?["fleiss"]?.array) {
      let votes = try #require(entry["votes"]?.array).compactMap(\.ints)
      let expected = try #require(entry["kappa"]?.double)
      #expect(abs(fleissKappa(votes.map { CategoryVotes(votes: $0) }) - expected) < 1e-12)
      // Two subjects of a kind count as one entry of two.
      let doubled = votes.map { CategoryVotes(votes: $0, subjects: 2) }
      #expect(abs(fleissKappa(doubled) - expected) < 1e-12)
    }
    for entry in try #require(Self.document?["cohen"]?.array) {
      let table = try #require(entry["table"]?.array).compactMap(\.ints)
      let expected = try #require(entry["kappa"]?.double)
      #expect(abs(cohenKappa(table) - expected) < 1e-12)
    }
    #expect(fleissKappa([CategoryVotes(votes: [0, 3], subjects: 5)]).isNaN)
    #expect(fleissKappa([]).isNaN)
  }

  @Test func limitsOfAgreementEqualNumPy() throws {
    let entry = try #require(Self.document?["bland_altman"])
    let first = try #require(entry["first"]?.doubles)
    let second = try #require(entry["second"]?.doubles)
    let found = BlandAltman(first, second)
    let values = [
      "bias": found.bias, "sd": found.standardDeviation, "lower": found.lowerLimit,
      "upper": found.upperLimit, "bias_margin": found.biasMargin,
      "limit_margin": found.limitMargin, "slope": found.slope,
      "concordance": concordanceCorrelation(first, second),
    ]
    for (name, value) in values {
      let expected = try #require(entry[name]?.double)
      #expect(abs(value - expected) < 1e-9, "\(name)")
    }
    #expect(BlandAltman([], []).bias.isNaN)
    #expect(BlandAltman([1], [2]).standardDeviation.isNaN)
  }

  /// Statsmodels 0.15.0 `cohens_kappa` with `wt` None, "linear" and "quadratic".
  @Test func weightedKappaEqualsStatsmodels() {
    let table = [[20, 5, 1, 0], [4, 15, 6, 2], [1, 3, 18, 7], [0, 2, 4, 12]]
    #expect(abs(cohenKappa(table, weights: .none) - 0.5305793991416309) < 1e-12)
    #expect(abs(cohenKappa(table, weights: .linear) - 0.6567314132618889) < 1e-12)
    #expect(abs(cohenKappa(table, weights: .quadratic) - 0.7686801675977654) < 1e-12)
    #expect(abs(cohenKappa(table) - cohenKappa(table, weights: .none)) < 1e-12)
  }
}

func fixturePath(_ name: String, file path: String = #filePath) -> String {
  path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    .joined(separator: "/") + "/Fixtures/" + name
}

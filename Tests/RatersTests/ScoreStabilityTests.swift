import JSONDocuments
import Raters
import Testing

@Suite struct ScoreStabilityTests {
  /// Areas, intervals and test to 1e-9.
  @Test(arguments: 0..<5) func areasEqualMLstatkit(index: Int) throws {
    let document = try #require(try JSONValue(contentsOf: fixturePath("scores.json")).array?[index])
    let outcomes = try #require(document["outcomes"]?.ints).map { $0 == 1 }
    let scores = try #require(document["scores"]?.array).compactMap(\.doubles)
    let areas = scores.map { ROCArea(of: $0, outcomes: outcomes) }
    let expected = try #require(document["areas"]?.doubles)
    let intervals = try #require(document["intervals"]?.array).compactMap(\.doubles)
    for (rater, area) in areas.enumerated() {
      #expect(abs(area.value - expected[rater]) < 1e-12)
      #expect(abs(area.interval.lower - intervals[rater][0]) < 1e-9)
      #expect(abs(area.interval.upper - intervals[rater][1]) < 1e-9)
    }
    let p = try #require(document["p"]?.double)
    #expect(abs(areas[0].pValue(against: areas[1]) - p) < 1e-9 * p + 1e-12)
    #expect(areas[1].pValue(against: areas[0]) == areas[0].pValue(against: areas[1]))
    // The area is the share of all pairs that are in order.
    var inOrder = 0.0
    for (a, isPositive) in zip(scores[0], outcomes) where isPositive {
      for (b, isPositive) in zip(scores[0], outcomes) where !isPositive {
        inOrder += a > b ? 1 : a == b ? 0.5 : 0
      }
    }
    let positives = outcomes.count { $0 }
    #expect(
      abs(areas[0].value - inOrder / Double(positives * (outcomes.count - positives))) < 1e-12)
  }

  @Test func areasWithoutBothOutcomes() {
    let none = ROCArea(of: [0.1, 0.5], outcomes: [false, false])
    #expect(none.value.isNaN && none.variance.isNaN && none.pValue(against: none).isNaN)
    #expect(ROCArea(of: [], outcomes: []).value.isNaN)
    let perfect = ROCArea(
      of: [0.1, 0.2, 0.8, 0.9], outcomes: [false, false, true, true])
    #expect(perfect.value == 1 && perfect.variance == 0)
    #expect(perfect.pValue(against: perfect).isNaN)
  }

  /// Three raters of four subjects and one without a score, by hand.
  @Test func stabilityByHand() {
    let rows = [
      [0.2, 0.3, 0.2], [0.6, 0.4, 0.7], [0.9, 0.8, 0.5], [0.1, 0.1, 0.1], [.nan, 1, 1],
    ]
    let outcomes = [false, true, true, false, true]
    let found = ScoreStability(
      of: zip(rows, outcomes).map { .init(scores: $0, outcome: $1) }, raters: 3, threshold: 0.5)
    #expect(found.table.subjects == 4 && found.table.droppedSubjects == 1)
    #expect(found.pairs.map(\.flips) == [1, 0, 1])
    #expect(found.flippedSubjects == 1)
    let means = found.pairs.map(\.meanDifference)
    for (mean, expected) in zip(means, [0.4 / 4, 0.5 / 4, 0.7 / 4]) {
      #expect(abs(mean - expected) < 1e-12)
    }
    #expect(abs(found.pairs[1].largestDifference - 0.4) < 1e-12)
    #expect(found.areas.map(\.value) == [1, 1, 1])
    #expect(found.agreement == IntraclassCorrelation(.twoWayRandom, of: found.table))
    let lines = found.caseTable(
      cases: ["a", "b", "c", "d", "e"], raters: ["x", "y", "z"]
    ).split(separator: "\n")
    #expect(lines[0] == "case,outcome,x,y,z,range,flips")
    #expect(lines[2].hasPrefix("b,1,0.6,0.4,0.7,") && lines[2].hasSuffix(",1"))
    #expect(lines[5] == "e,1,,1.0,1.0,,")
    let unknown = ScoreStability(
      of: rows.map { .init(scores: $0) }, raters: 3, threshold: 0.5)
    #expect(unknown.areas.allSatisfy { $0.value.isNaN })
    #expect(unknown.pairs.allSatisfy { $0.areaPValue.isNaN })
  }

  @Test func familiesOfFeatures() throws {
    let names = [
      "original_glcm_Contrast", "wavelet-LLH_glcm_Contrast", "original_shape_Sphericity",
      "morph_volume", "cm_contrast_d1_3d_avg", "volume",
    ]
    let steady: [Double] = [1, 2, 3, 4]
    func rater(_ name: String, _ shift: Double) -> FeatureRatings.Rater {
      .init(
        name: name, features: names,
        cases: steady.enumerated().map { index, value in
          // The first feature agrees not at all, all others fully.
          .init(
            name: "\(index)",
            values: [index % 2 == 0 ? shift : -shift] + Array(repeating: value, count: 5))
        })
    }
    let ratings = try FeatureRatings([rater("a", 1), rater("b", -1)])
    let families = ratings.families(by: .twoWayRandom)
    #expect(families.map(\.name) == ["glcm", "shape", "morph", "cm", "volume"])
    #expect(families.map(\.correlations.count) == [2, 1, 1, 1, 1])
    #expect(families[0].count(of: .excellent) == 1 && families[0].count(of: .poor) == 1)
    #expect(families[0].count(ofLowerEndsFrom: 0.9) == 1)
    #expect(ratings.rows(of: "volume") == steady.map { [$0, $0] })
    #expect(ratings.rows(of: "absent").isEmpty)
  }
}

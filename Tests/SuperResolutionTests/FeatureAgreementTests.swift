import SuperResolution
import Testing

@Suite struct FeatureAgreementTests {
  private let truth: [FeatureAgreement.Features] = [
    ["mean": 1, "contrast": 4, "constant": 7, "energy": 2],
    ["mean": 2, "contrast": 3, "constant": 7, "energy": .nan],
    ["mean": 3, "contrast": 2, "constant": 7, "energy": 1],
  ]

  /// Lin's coefficient by hand: 2 cov / (var + var + (difference of means)²), variances over n.
  @Test func concordanceByHand() {
    let found: [FeatureAgreement.Features] = [
      ["mean": 2, "contrast": 4, "constant": 1, "energy": 2],
      ["mean": 3, "contrast": 3, "constant": 2, "energy": 3],
      ["mean": 4, "contrast": 2, "constant": 3, "energy": 1],
    ]
    let agreement = FeatureAgreement(of: found, with: truth)
    // What does not vary in the truth and what is not finite somewhere is left out.
    #expect(agreement.rows.map(\.feature) == ["contrast", "mean"])
    #expect(agreement.rows[0].concordance == 1)
    // cov = var = 2/3, and the means lie 1 apart.
    #expect(abs(agreement.rows[1].concordance - (4.0 / 3) / (4.0 / 3 + 1)) < 1e-12)
    // Mean squares 2 between regions, 1.5 between images and 0: (2 - 0) / (2 + 0 + 2 (1.5 - 0) / 3).
    #expect(abs(agreement.rows[1].intraclass - 2.0 / 3) < 1e-12)
    #expect(abs(agreement.median - (1 + 4.0 / 7) / 2) < 1e-12)
    #expect(agreement.share(atLeast: 0.85) == 0.5)
  }

  @Test func noFeaturesGiveNoFigures() {
    let agreement = FeatureAgreement(of: [[:]], with: [[:]])
    #expect(agreement.rows.isEmpty && agreement.median.isNaN)
    #expect(agreement.share(atLeast: 0.9).isNaN)
  }
}

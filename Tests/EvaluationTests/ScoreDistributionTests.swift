import Evaluation
import RandomNumbers
import Testing

@Suite struct ScoreDistributionTests {
  @Test func momentsByHand() {
    let scores = ScoreDistribution(of: [1, .infinity, 2, .nan, 6, .infinity])
    #expect(scores.mean == 3)
    #expect(scores.standardDeviation == 7.0.squareRoot())
    #expect(scores.median == 6)
    #expect(scores.finiteCases == 3)
    #expect(scores.infiniteCases == 2)
    #expect(ScoreDistribution(of: [1, 2, 4, 9]).median == 3)
    #expect(ScoreDistribution(of: [1, .infinity, .infinity, .infinity]).median == .infinity)
  }

  @Test func fewValues() {
    let none = ScoreDistribution(of: [.nan])
    #expect(none.mean.isNaN && none.median.isNaN && none.interval.lower.isNaN)
    let one = ScoreDistribution(of: [4])
    #expect(one.mean == 4)
    #expect(one.standardDeviation.isNaN && one.interval.upper.isNaN)
    let same = ScoreDistribution(of: [0.5, 0.5, 0.5])
    #expect(same.interval.lower == 0.5 && same.interval.upper == 0.5)
  }

  /// Of many values the mean is normally distributed: the interval is 1.96 standard errors to
  /// either side, to a tenth of that.
  @Test func intervalIsTheNormalOneOfManyValues() {
    var generator = SplitMix64(seed: 9)
    let values = (0..<400).map { _ in Double(generator.uniform(0...1)) }
    let scores = ScoreDistribution(of: values)
    let error = scores.standardDeviation / 400.0.squareRoot()
    #expect(abs(scores.interval.lower - (scores.mean - 1.96 * error)) < 0.196 * error)
    #expect(abs(scores.interval.upper - (scores.mean + 1.96 * error)) < 0.196 * error)
  }

  /// The same cases are drawn for every figure, so that an interval moves with its values.
  @Test func intervalFollowsItsValues() {
    let values = [0.1, 0.9, 0.4, 0.7, 0.72, 0.3]
    let interval = ScoreDistribution(of: values).interval
    let moved = ScoreDistribution(of: values.map { 2 * $0 + 3 }).interval
    #expect(abs(moved.lower - (2 * interval.lower + 3)) < 1e-12)
    #expect(abs(moved.upper - (2 * interval.upper + 3)) < 1e-12)
    #expect(interval.lower < interval.upper)
  }
}

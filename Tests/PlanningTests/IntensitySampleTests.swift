import Planning
import RandomNumbers
import Testing

@Suite struct IntensitySampleTests {
  private let limit = 1 << 20

  // numpy 2: rs = RandomState(1234); for v in (arange(1000)**1.5, arange(1000) % 7) as float32: s =
  // rs.choice(v, 5000); mean and std in float64, percentile(s, (0.5, 50, 99.5)), min, max.
  @Test func statisticsEqualNumpys() {
    let powers = (0..<1000).map { Float(Double($0) * Double($0).squareRoot()) }
    let remainders = (0..<1000).map { Float($0 % 7) }
    var words = WordSource(seed: 1234)
    let a = IntensitySample(from: powers, draws: 5000, words: &words, limit: limit)
    let b = IntensitySample(from: remainders, draws: 5000, words: &words, limit: limit)
    #expect(abs(a.mean - 12630.534839881944) < 1e-6)
    #expect(abs(a.standardDeviation - 9470.446436545219) < 1e-6)
    #expect(a.percentiles([0.5, 50, 99.5]) == [8, 11281.11328125, 31338.83612304688])
    #expect(a.minimum == 0 && a.maximum == 31575.353515625)
    #expect(abs(b.mean - 3.0122) < 1e-12 && abs(b.standardDeviation - 2.017833283499903) < 1e-12)
    #expect(b.percentiles([0.5, 50, 99.5]) == [0, 3, 6])
    #expect(b.values == [0, 1, 2, 3, 4, 5, 6] && b.total == 5000)
  }

  // rs = RandomState(1234); rs.choice([5.], 3); rs.choice(100, 5)
  @Test func oneItemConsumesNothing() {
    var words = WordSource(seed: 1234)
    #expect(Array(words.counts(ofDraws: 3, from: 1)) == [3])
    let counts = words.counts(ofDraws: 5, from: 100)
    #expect(counts.indices.filter { counts[$0] > 0 } == [38, 47, 53, 76, 83])
  }

  @Test func drawsEqualTheGeneratorsOverManyBlocks() {
    var words = WordSource(seed: 3)
    var generator = MersenneTwister(seed: 3)
    for population in [2, 3, 777, 4096, 70000] {
      var expected = [UInt32](repeating: 0, count: population)
      for _ in 0..<20000 { expected[generator.interval(population - 1)] += 1 }
      #expect(Array(words.counts(ofDraws: 20000, from: population)) == expected)
    }
  }

  /// Every draw of two populations in one sorted list, the slow way.
  private func slow(_ populations: [[Float]], draws: Int) -> [Double] {
    populations.flatMap { population -> [Double] in
      var generator = MersenneTwister(seed: 1234)
      return (0..<draws).map { _ in Double(population[generator.interval(population.count - 1)]) }
    }.sorted()
  }

  private func populations() -> [[Float]] {
    var generator = SplitMix64(seed: 5)
    return [300, 1000, 20].map { count in
      (0..<count).map { _ in Float(Int32(truncatingIfNeeded: generator.next() >> 40)) / 1000 - 4000
      }
    }
  }

  @Test func unionEqualsAList() {
    var union = IntensitySample()
    for population in populations() {
      var words = WordSource(seed: 1234)
      union.add(
        IntensitySample(from: population, draws: 2000, words: &words, limit: limit), limit: limit)
    }
    let list = slow(populations(), draws: 2000)
    let mean = list.reduce(0, +) / Double(list.count)
    let variance = list.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(list.count)
    #expect(union.total == list.count)
    #expect(abs(union.mean - mean) < 1e-9 * abs(mean))
    #expect(abs(union.standardDeviation - variance.squareRoot()) < 1e-9 * variance.squareRoot())
    #expect(Double(union.minimum) == list.first && Double(union.maximum) == list.last)
    for percent in [0.5, 10, 50, 99.5] {
      let position = Double(list.count - 1) * percent / 100
      let (low, high) = (list[Int(position)], list[Int(position) + 1])
      let expected = low + (high - low) * (position - position.rounded(.down))
      #expect(abs(union.percentiles([percent])[0] - expected) < 1e-9 * abs(expected))
    }
  }

  @Test func tooManyValuesAreRoundedALittle() {
    var exact = IntensitySample()
    var rounded = IntensitySample()
    for population in populations() {
      var words = WordSource(seed: 1234)
      let sample = IntensitySample(from: population, draws: 5000, words: &words, limit: limit)
      exact.add(sample, limit: limit)
      rounded.add(sample, limit: 200)
    }
    #expect(exact.values.count > 1000 && rounded.values.count <= 200)
    #expect(rounded.total == exact.total && rounded.mean == exact.mean)
    #expect(rounded.counts.reduce(0) { $0 + Int($1) } == exact.total)
    #expect(rounded.minimum == exact.minimum && rounded.maximum == exact.maximum)
    #expect(rounded.percentiles([1, 50, 99]) != exact.percentiles([1, 50, 99]))
    for (a, b) in zip(rounded.percentiles([1, 50, 99]), exact.percentiles([1, 50, 99])) {
      #expect(abs(a - b) < 0.0625 * abs(b))
    }
  }
}

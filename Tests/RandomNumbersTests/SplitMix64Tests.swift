import RandomNumbers
import Testing

@Suite struct SplitMix64Tests {
  // First outputs for seed 1234567 of the reference implementation by Vigna, prng.di.unimi.it/splitmix64.c.
  @Test func knownSequence() {
    var generator = SplitMix64(seed: 1_234_567)
    let words = (0..<3).map { _ in generator.next() }
    #expect(
      words == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
  }

  @Test func normalNumbersHaveTheirMoments() {
    var generator = SplitMix64(seed: 1)
    var values = [Float](repeating: 0, count: 200_001)
    values.withUnsafeMutableBufferPointer { generator.fillNormal($0, standardDeviation: 2) }
    let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
    let variance = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / 200_000
    // Five standard errors of each estimate.
    #expect(abs(mean) < 5 * 2 / 200_000.0.squareRoot())
    #expect(abs(variance - 4) < 5 * 4 * (2 / 200_000.0).squareRoot())
  }

  @Test func streamsDiffer() {
    var firsts = Set<UInt64>()
    for epoch in 0..<20 {
      for sample in 0..<20 {
        var generator = SplitMix64(seed: 7, stream: epoch, sample)
        firsts.insert(generator.next())
      }
    }
    #expect(firsts.count == 400)
  }
}

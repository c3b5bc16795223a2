import Augmentation
import RandomNumbers
import TestSupport
import Testing
import Volumes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct KernelTests {
  @Test func powerKeepsItsErrorBound() {
    var worst = 0.0
    for exponent in stride(from: Float(0.05), through: 8, by: 0.0731) {
      for step in 0..<1500 {
        // Logarithmic steps through the normal numbers, then linear ones near 1.
        let x =
          step < 1000
          ? Float(exp2(-20 * Double(step) / 1000)) : 0.9 + 0.2 * Float(step - 1000) / 500
        let expected = pow(Double(x), Double(exponent))
        if expected < 1.2e-38 { continue }
        worst = max(worst, abs(Double(power(x, exponent)) / expected - 1))
      }
    }
    #expect(worst < 1e-6)
    #expect(power(0, 0.7) == 0)
    #expect(power(1, 1.3) == 1)
    #expect(power(1e-30, 8) < 1.2e-38)
  }

  @Test func logarithmSineAndCosineKeepTheirErrorBounds() {
    var (logarithmError, circleError) = (0.0, 0.0)
    for step in 1...200_000 {
      let u = Float(step) / 200_000
      let expected = log(Double(u))
      logarithmError = max(
        logarithmError, abs(Double(logarithm(u)) - expected) - 1e-7 * abs(expected))
      let turn = u - 0.5
      let (sine, cosine) = sineAndCosine(ofTurn: turn)
      let angle = 2 * Double.pi * Double(turn)
      circleError = max(
        circleError, abs(Double(sine) - sin(angle)), abs(Double(cosine) - cos(angle)))
    }
    #expect(logarithmError < 2e-7)
    #expect(circleError < 1e-6)
  }

  @Test func noiseIsNormal() {
    let count = 200_001
    var values = [Float](repeating: 3, count: count)
    values.withUnsafeMutableBufferPointer {
      addNormalNoise(to: $0, standardDeviation: 0.5, seed: 7)
    }
    let standard = values.map { (Double($0) - 3) / 0.5 }
    // Moments within five standard errors: 0, 1, 0, 3 with variances 1, 2, 15, 96 over the count.
    let expected = [(1.0, 0.0, 1.0), (2, 1, 2), (3, 0, 15), (4, 3, 96)]
    for (power, mean, variance) in expected {
      let moment = standard.reduce(0) { $0 + pow($1, power) } / Double(count)
      #expect(abs(moment - mean) < 5 * (variance / Double(count)).squareRoot() + 1e-5)
    }
    // Kolmogorov's distance from the normal distribution; 2.0 / sqrt(n) is exceeded once in 1500 samples.
    let sorted = standard.sorted()
    let distance = sorted.indices.reduce(0.0) {
      max($0, abs(0.5 * erfc(-sorted[$1] / 2.0.squareRoot()) - (Double($1) + 0.5) / Double(count)))
    }
    #expect(distance < 2 / Double(count).squareRoot())
    // Neighbours, and the two numbers of a pair, are uncorrelated.
    for lag in [1, count / 2] {
      let product = (0..<count - lag).reduce(0.0) { $0 + standard[$1] * standard[$1 + lag] }
      #expect(abs(product) < 5 * Double(count - lag).squareRoot())
    }
  }

  @Test func statisticsEqualTheDefinition() {
    var generator = SplitMix64(seed: 3)
    for count in [1, 2, 15, 16, 17, 1000, 5003] {
      var values = (0..<count).map { _ in generator.uniform(95...105) }
      let doubles = values.map(Double.init)
      let mean = doubles.reduce(0, +) / Double(count)
      let squares = doubles.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let deviation = (squares / Double(max(1, count - 1))).squareRoot()
      values.withUnsafeMutableBufferPointer { buffer in
        let found = statistics(of: buffer)
        #expect(found.minimum == buffer.min())
        #expect(found.maximum == buffer.max())
        #expect(abs(found.mean - mean) < 1e-5)
        #expect(abs(standardDeviation(of: buffer, about: found.mean) - deviation) < 1e-5)
      }
    }
  }

  @Test func blurKernelsEqualThePeers() throws {
    for line in try Fixture.table("blur_kernels") {
      let (sigma, expected) = (line[0][0], Array(line[0][1...]))
      let kernel = GaussianBlur.kernel(sigma: Float(sigma))
      #expect(kernel.count == expected.count, "standard deviation \(sigma)")
      #expect(largestDifference(kernel, expected).value < 1e-7)
    }
  }

  @Test func halfPrecisionRoundsToEleven() {
    #expect(roundedToHalf(500.125) == 500)
    #expect(roundedToHalf(500.126) == 500.25)
    #expect(roundedToHalf(500.375) == 500.5)
    #expect(roundedToHalf(1000) == 1000)
    #expect(roundedToHalf(999.8) == 1000)
  }

  @Test func tiesGoToTheNearestOrSmallest() {
    let labels = SIMD8<Int32>(3, 3, 1, 1, 2, 2, 2, 2)
    let cases: [(SIMD8<Float>, Int32, Int16)] = [
      (SIMD8(0.25, 0.25, 0.25, 0.25, 0, 0, 0, 0), 3, 3),
      (SIMD8(0.25, 0.25, 0.25, 0.25, 0, 0, 0, 0), 1, 1),
      (SIMD8(0.25, 0.25, 0.25, 0.25, 0, 0, 0, 0), 2, 1),
      (SIMD8(0.2, 0.2, 0.25, 0.25, 0, 0, 0, 0.1), 3, 1),
      // 0.25005 and 0.24995 are one number in half precision of thousandths.
      (SIMD8(0.25, 0.25005, 0.25, 0.24995, 0, 0, 0, 0), 1, 1),
      (SIMD8(0.125, 0.125, 0.6, 0.1, 0, 0, 0, 0.05), 1, 1),
    ]
    for (weights, nearest, expected) in cases {
      #expect(vote(labels, weights, nearest: nearest) == expected)
    }
  }
}

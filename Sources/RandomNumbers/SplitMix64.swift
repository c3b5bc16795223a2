import ElementaryFunctions

/// A small, fast generator whose whole state is one 64-bit word, so that it is saved and restored with a checkpoint.
///
/// - Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, doi:10.1145/2660193.2660195.
public struct SplitMix64: RandomNumberGenerator, Hashable, Sendable, Codable {
  /// The state; a generator made from it continues the sequence.
  public private(set) var state: UInt64

  /// A generator that starts at `seed`.
  public init(seed: UInt64) { state = seed }

  /// A generator for one of many independent streams, for example one per training sample.
  ///
  /// - Parameters:
  ///   - seed: The run's seed.
  ///   - stream: Coordinates of the stream (epoch, iteration, sample, ...). Different lists give unrelated sequences.
  public init(seed: UInt64, stream: Int...) {
    var mixer = SplitMix64(seed: seed)
    for coordinate in stream {
      mixer.state = mixer.next() ^ (UInt64(bitPattern: Int64(coordinate)) &* 0xD1B5_4A32_D192_ED03)
    }
    state = mixer.next()
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension RandomNumberGenerator {
  /// A number drawn uniformly from `[range.lowerBound, range.upperBound]`, with 24 random bits.
  public mutating func uniform(_ range: ClosedRange<Float>) -> Float {
    let unit = Float(next() >> 40) * (1 / Float(1 << 24))
    return range.lowerBound + (range.upperBound - range.lowerBound) * unit
  }

  /// True with the given probability.
  public mutating func chance(_ probability: Float) -> Bool { uniform(0...1) < probability }

  /// Fills `buffer` with independent normal numbers of mean 0 and the given standard deviation.
  ///
  /// - Source: Box, Muller, "A note on the generation of random normal deviates", 1958, doi:10.1214/aoms/1177706645.
  public mutating func fillNormal(
    _ buffer: UnsafeMutableBufferPointer<Float>, standardDeviation: Float
  ) {
    var index = 0
    while index < buffer.count {
      let word = next()
      // (0, 1] for the radius, so that its logarithm is finite.
      let u = (Float(word >> 40) + 1) * (1 / Float(1 << 24))
      let v = Float((word >> 8) & 0xFF_FFFF) * (1 / Float(1 << 24))
      let radius = standardDeviation * (-2 * logarithm(u)).squareRoot()
      buffer[index] = radius * cosine(2 * Float.pi * v)
      if index + 1 < buffer.count { buffer[index + 1] = radius * sine(2 * Float.pi * v) }
      index += 2
    }
  }
}

/// numpy's legacy generator (`numpy.random.RandomState`), bit for bit, so that splits and samples equal the reference's.
///
/// - Source: Matsumoto, Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998, doi:10.1145/272991.272995.
public struct MersenneTwister: Sendable {
  private var words: [UInt32]
  private var position = 624

  /// The generator that `numpy.random.RandomState(seed)` makes.
  public init(seed: UInt32) {
    words = [seed]
    words.reserveCapacity(624)
    for index in 1..<624 {
      let previous = words[index - 1]
      words.append(1_812_433_253 &* (previous ^ (previous >> 30)) &+ UInt32(index))
    }
  }

  /// The next 32 random bits.
  public mutating func next() -> UInt32 {
    if position == 624 { twist() }
    var y = words[position]
    position += 1
    y ^= y >> 11
    y ^= (y << 7) & 0x9D2C_5680
    y ^= (y << 15) & 0xEFC6_0000
    return y ^ (y >> 18)
  }

  private mutating func twist() {
    words.withUnsafeMutableBufferPointer { words in
      func mix(_ index: Int, _ following: Int, _ distant: Int) {
        let mixed = (words[index] & 0x8000_0000) | (words[following] & 0x7FFF_FFFF)
        words[index] = words[distant] ^ (mixed >> 1) ^ (0x9908_B0DF & (0 &- (mixed & 1)))
      }
      // Three ranges in place of remainders, which cost more than the mixing.
      for index in 0..<227 { mix(index, index + 1, index + 397) }
      for index in 227..<623 { mix(index, index + 1, index - 227) }
      mix(623, 0, 396)
    }
    position = 0
  }

  /// Fills a buffer with the next words, as so many calls of ``next()`` would.
  public mutating func fill(_ buffer: UnsafeMutableBufferPointer<UInt32>) {
    var filled = 0
    while filled < buffer.count {
      if position == 624 { twist() }
      let count = min(624 - position, buffer.count - filled)
      words.withUnsafeBufferPointer { words in
        for offset in 0..<count {
          var y = words[position + offset]
          y ^= y >> 11
          y ^= (y << 7) & 0x9D2C_5680
          y ^= (y << 15) & 0xEFC6_0000
          buffer[filled + offset] = y ^ (y >> 18)
        }
      }
      position += count
      filled += count
    }
  }

  /// A whole number drawn uniformly from `0 ... maximum` by masked rejection.
  public mutating func interval(_ maximum: Int) -> Int {
    precondition(maximum >= 0 && maximum <= Int(UInt32.max), "interval of \(maximum)")
    if maximum == 0 { return 0 }
    let mask = UInt32.max >> UInt32(UInt32(maximum).leadingZeroBitCount)
    while true {
      let value = next() & mask
      if value <= UInt32(maximum) { return Int(value) }
    }
  }

  /// Shuffles in place as `RandomState.shuffle` does.
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    for index in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(index, interval(index))
    }
  }

  /// `RandomState.permutation(count)`: the numbers `0 ..< count`, shuffled.
  public mutating func permutation(_ count: Int) -> [Int] {
    var numbers = Array(0..<count)
    shuffle(&numbers)
    return numbers
  }
}

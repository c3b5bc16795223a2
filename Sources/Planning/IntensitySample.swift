import RandomNumbers

/// Intensities drawn from one channel, or from several cases' channels: every distinct value with
/// its count, ascending.
///
/// It holds the same multiset as a list of all draws, in the memory of the distinct values. Where
/// these exceed a limit, values are rounded down to fewer binary digits until they fit, by a part
/// in ten thousand where they span a factor of 65,000; mean, standard deviation, minimum and
/// maximum stay exact.
package struct IntensitySample {
  package private(set) var values: [Float] = []
  package private(set) var counts: [UInt32] = []
  package private(set) var total = 0
  package private(set) var mean = 0.0
  /// Sum of squared deviations from the mean.
  private var deviations = 0.0
  package private(set) var minimum = Float.infinity
  package private(set) var maximum = -Float.infinity

  package init() {}

  /// Draws from a population with replacement.
  ///
  /// - Parameters:
  ///   - population: The values to draw from; no NaN.
  ///   - draws: Number of draws.
  ///   - words: The source of random numbers, which later channels continue.
  ///   - limit: The largest number of distinct values.
  /// - Source: `numpy.random.RandomState.choice(population, draws, replace=True)`.
  package init(from population: [Float], draws: Int, words: inout WordSource, limit: Int) {
    guard !population.isEmpty, draws > 0 else { return }
    let drawn = words.counts(ofDraws: draws, from: population.count)
    var sum = 0.0
    for (value, count) in zip(population, drawn) where count > 0 {
      sum += Double(value) * Double(count)
      minimum = min(minimum, value)
      maximum = max(maximum, value)
    }
    total = draws
    mean = sum / Double(draws)
    var pairs: [UInt64] = []
    for (value, count) in zip(population, drawn) where count > 0 {
      let deviation = Double(value) - mean
      deviations += deviation * deviation * Double(count)
      pairs.append(UInt64(Self.key(value)) << 32 | UInt64(count))
    }
    pairs.sort()
    unite(pairs, limit: limit)
  }

  /// Adds another sample's draws.
  package mutating func add(_ other: IntensitySample, limit: Int) {
    guard other.total > 0 else { return }
    // Chan, Golub, LeVeque 1979: moments of a union.
    let difference = other.mean - mean
    let sum = Double(total + other.total)
    deviations +=
      other.deviations + difference * difference * Double(total) * Double(other.total) / sum
    mean += difference * Double(other.total) / sum
    total += other.total
    minimum = min(minimum, other.minimum)
    maximum = max(maximum, other.maximum)
    unite(Self.merged(pairs, other.pairs), limit: limit)
  }

  private var pairs: [UInt64] {
    zip(values, counts).map { UInt64(Self.key($0)) << 32 | UInt64($1) }
  }

  /// Standard deviation of the population.
  package var standardDeviation: Double {
    total == 0 ? .nan : (deviations / Double(total)).squareRoot()
  }

  /// Percentiles with linear interpolation between order statistics.
  package func percentiles(_ percents: [Double]) -> [Double] {
    precondition(total > 0, "percentiles of no values")
    var ends: [Int] = []
    ends.reserveCapacity(counts.count)
    var end = 0
    for count in counts {
      end += Int(count)
      ends.append(end)
    }
    return percents.map { percent in
      OrderStatistics.interpolate(count: total, percent: percent) { rank in
        var (low, high) = (0, ends.count - 1)
        while low < high {
          let middle = (low + high) / 2
          if ends[middle] > rank { high = middle } else { low = middle + 1 }
        }
        return Double(values[low])
      }
    }
  }

  /// Two ascending lists as one.
  private static func merged(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
    var result: [UInt64] = []
    result.reserveCapacity(a.count + b.count)
    var (i, j) = (0, 0)
    while i < a.count, j < b.count {
      if a[i] <= b[j] {
        result.append(a[i])
        i += 1
      } else {
        result.append(b[j])
        j += 1
      }
    }
    result.append(contentsOf: a[i...])
    result.append(contentsOf: b[j...])
    return result
  }

  /// Takes ascending pairs of key and count and unites equal keys, rounding them down if too many
  /// differ.
  private mutating func unite(_ pairs: [UInt64], limit: Int) {
    var dropped: UInt32 = 0
    while true {
      values.removeAll(keepingCapacity: true)
      counts.removeAll(keepingCapacity: true)
      var last: UInt32?
      for pair in pairs {
        let key = (UInt32(pair >> 32) >> dropped) << dropped
        let count = UInt32(truncatingIfNeeded: pair)
        // A count beyond 32 bits takes a second entry.
        if key == last, let previous = counts.last, previous <= UInt32.max - count {
          counts[counts.count - 1] += count
        } else {
          values.append(Self.value(key))
          counts.append(count)
          last = key
        }
      }
      if values.count <= limit || dropped >= 23 { return }
      dropped = dropped == 0 ? 4 : dropped + 1
    }
  }

  /// A number whose order is that of the floating-point values.
  static func key(_ value: Float) -> UInt32 {
    // Adding 0 unites the two zeros.
    let bits = (value + 0).bitPattern
    return bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
  }

  static func value(_ key: UInt32) -> Float {
    Float(bitPattern: key & 0x8000_0000 == 0 ? ~key : key & 0x7FFF_FFFF)
  }
}

/// The words of a generator, taken from blocks.
package struct WordSource {
  private var generator: MersenneTwister
  private var block = [UInt32](repeating: 0, count: 624 * 16)
  private var position: Int

  package init(seed: UInt32) {
    generator = MersenneTwister(seed: seed)
    position = block.count
  }

  /// How often each of `population` items is drawn in so many draws with replacement.
  ///
  /// - Complexity: O(draws), about two words each.
  package mutating func counts(ofDraws draws: Int, from population: Int) -> ArraySlice<UInt32> {
    precondition(
      population >= 1 && population <= Int(UInt32.max), "drawing from \(population) items")
    // numpy consumes no word where there is nothing to choose.
    if population == 1 { return [UInt32(clamping: draws)] }
    let maximum = UInt32(population - 1)
    let mask = UInt32.max >> UInt32(maximum.leadingZeroBitCount)
    // Rejected words are counted too, beyond the population, which spares a branch per word.
    var counts = [UInt32](repeating: 0, count: Int(mask) + 1)
    var missing = draws
    counts.withUnsafeMutableBufferPointer { counts in
      while missing > 0 {
        if position == block.count {
          block.withUnsafeMutableBufferPointer { generator.fill($0) }
          position = 0
        }
        block.withUnsafeBufferPointer { block in
          while position < block.count, missing > 0 {
            let item = block[position] & mask
            position += 1
            counts[Int(item)] &+= 1
            missing -= item <= maximum ? 1 : 0
          }
        }
      }
    }
    return counts[..<population]
  }
}

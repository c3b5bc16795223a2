import RandomNumbers

extension SplitMix64 {
  /// Independent numbers of the standard normal distribution.
  mutating func normals(_ count: Int) -> [Double] {
    var numbers = [Float](repeating: 0, count: count)
    numbers.withUnsafeMutableBufferPointer { fillNormal($0, standardDeviation: 1) }
    return numbers.map { Double($0) }
  }

  /// One of them.
  mutating func normal() -> Double { normals(1)[0] }
}

/// A number that tells names apart, the same on every machine: FNV-1a of the UTF-8 bytes.
///
/// - Source: Fowler, Noll, Vo, "The FNV non-cryptographic hash algorithm", IETF draft.
func stream(named name: String) -> Int {
  let hash = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
    ($0 ^ UInt64($1)) &* 0x100_0000_01B3
  }
  return Int(truncatingIfNeeded: hash)
}

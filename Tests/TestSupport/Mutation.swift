import RandomNumbers

/// A copy of a file with one to four random changes: bits, bytes, insertions, removals, a lost end, and
/// runs of four bytes that read as a very large number.
///
/// - Parameters:
///   - sound: The bytes of the file.
///   - seed: Equal seeds give equal changes.
///   - largeNumber: The four bytes of the large number.
/// - Returns: The changed bytes.
public func mutated(_ sound: [UInt8], seed: UInt64, largeNumber: [UInt8]) -> [UInt8] {
  var generator = SplitMix64(seed: seed)
  var bytes = sound
  for _ in 0..<Int.random(in: 1...4, using: &generator) {
    guard bytes.count > 8 else { break }
    let place = Int.random(in: 0..<bytes.count - 4, using: &generator)
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 1: bytes[place] = UInt8.random(in: 0...255, using: &generator)
    case 2: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
    case 3: bytes.remove(at: place)
    case 4: bytes.removeLast(Int.random(in: 1...min(100, bytes.count), using: &generator))
    default: bytes.replaceSubrange(place..<place + 4, with: largeNumber)
    }
  }
  return bytes
}

import RandomNumbers
import TestSupport
import Testing
import ZipArchives

@Suite struct MutatedArchiveTests {
  /// Damaged copies of sound archives: each is refused with one line, or all it holds is read and no larger than an archive of its size can
  /// hold.
  @Test(arguments: ["deflated.zip", "large.zip", "streamed.zip"])
  func damageIsRefusedOrHarmless(name: String) throws {
    let sound = try bytes(ofFile: fixture(name))
    let (count, leastRefused) = (400, 250)
    var refused = 0
    for seed in 0..<count {
      let damaged = mutated(sound, seed: UInt64(seed))
      do {
        let total = try readAll(damaged).values.reduce(0) { $0 + $1.count }
        #expect(total <= 1032 * damaged.count)
      } catch {
        refused += 1
        #expect(!error.description.contains("\n"), "seed \(seed): \(error)")
      }
    }
    // Times, versions and attributes can change without harm.
    #expect(refused > leastRefused, "only \(refused) of \(count) damaged archives were refused")
  }

  private func mutated(_ sound: [UInt8], seed: UInt64) -> [UInt8] {
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
      default: bytes.replaceSubrange(place..<place + 4, with: [0xFF, 0xFF, 0xFF, 0xFF])
      }
    }
    return bytes
  }
}

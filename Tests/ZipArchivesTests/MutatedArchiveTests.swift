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
      let damaged = mutated(sound, seed: UInt64(seed), largeNumber: [0xFF, 0xFF, 0xFF, 0xFF])
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
}

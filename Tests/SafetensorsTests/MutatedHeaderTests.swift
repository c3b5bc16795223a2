import Glibc
import RandomNumbers
import Safetensors
import Testing

@Suite struct MutatedHeaderTests {
  /// 500 damaged copies of a sound file: each is refused with one line, or all its tensors can be
  /// read.
  @Test func damageIsRefusedOrHarmless() throws {
    let sound = try contents(of: fixture("all_types.safetensors"))
    let headerEnd = 8 + Int(sound[0]) + Int(sound[1]) << 8
    var refused = 0
    for seed in 0..<500 {
      let bytes = mutated(sound, headerEnd: headerEnd, seed: UInt64(seed))
      do {
        let file = try open(bytes)
        for name in file.names {
          let sum = try file.bytes(name).reduce(0) { $0 + Int($1) }
          #expect(sum >= 0)
          _ = try? file.floats(name)
        }
      } catch let error as SafetensorsError {
        refused += 1
        #expect(!error.description.contains("\n"), "seed \(seed): \(error)")
      }
    }
    // Spaces, names, metadata and the order of data of one size can change without harm; most of
    // the header cannot.
    #expect(refused > 300, "only \(refused) of 500 damaged files were refused")
  }

  private func mutated(_ sound: [UInt8], headerEnd: Int, seed: UInt64) -> [UInt8] {
    var generator = SplitMix64(seed: seed)
    var bytes = sound
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let place = Int.random(in: 0..<min(headerEnd, bytes.count), using: &generator)
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 1: bytes[place] = UInt8.random(in: 0...255, using: &generator)
      case 2: bytes.insert(UInt8(ascii: "9"), at: place)
      case 3: bytes.remove(at: place)
      case 4: bytes.removeLast(min(bytes.count - 1, Int.random(in: 1...100, using: &generator)))
      default:
        // Grows a number, the likeliest way to reach outside the file.
        let digits = bytes.indices.filter { $0 >= 8 && (48...57).contains(bytes[$0]) }
        guard let digit = digits.randomElement(using: &generator) else { continue }
        bytes.replaceSubrange(digit...digit, with: Array("9223372036854775807".utf8))
        // The length is adapted, so that the header is still read as one.
        bytes[0] &+= 18
        if bytes[0] < 18 { bytes[1] &+= 1 }
      }
      if bytes.count < 2 { return bytes }
    }
    return bytes
  }

  private func contents(of path: String) throws -> [UInt8] {
    let file = try #require(fopen(path, "rb"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    return Array(bytes[..<count])
  }
}

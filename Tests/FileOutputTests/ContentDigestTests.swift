import FileOutput
import Testing

@Suite struct ContentDigestTests {
  // The test vectors of the hash's authors.
  @Test(arguments: [
    ("", "cbf29ce484222325"), ("a", "af63dc4c8601ec8c"), ("foobar", "85944171f73967e8"),
  ])
  func knownHashes(text: String, digest: String) { #expect(contentDigest(of: text) == digest) }
}

@Suite struct ByteDigestTests {
  private func digest(_ runs: [[UInt8]]) -> String {
    var digest = ByteDigest()
    for run in runs { run.withUnsafeBytes { digest.add($0) } }
    return digest.text
  }

  @Test func everyByteAndEveryBoundaryCounts() {
    let bytes = (0..<100).map { UInt8($0) }
    var digests: Set<String> = [digest([bytes]), digest([])]
    for index in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[index] ^= 1 << UInt8(bit)
        digests.insert(digest([changed]))
      }
      digests.insert(digest([Array(bytes[..<index])]))
      digests.insert(digest([Array(bytes[..<index]), Array(bytes[index...])]))
    }
    #expect(digests.count == 2 + 100 * 10)
    #expect(digest([bytes]) == digest([bytes]))
  }
}

import FileOutput
import Testing

@Suite struct ContentDigestTests {
  // The test vectors of the hash's authors.
  @Test(arguments: [
    ("", "cbf29ce484222325"), ("a", "af63dc4c8601ec8c"), ("foobar", "85944171f73967e8"),
  ])
  func knownHashes(text: String, digest: String) { #expect(contentDigest(of: text) == digest) }
}

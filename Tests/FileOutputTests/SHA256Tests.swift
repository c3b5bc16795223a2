import FileOutput
import TestSupport
import Testing

@Suite struct SHA256Tests {
  private func digest(_ text: String, runs length: Int) -> String {
    var digest = SHA256()
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: length) {
      digest.add(Array(bytes[start..<min(start + length, bytes.count)]))
    }
    return digest.digest
  }

  // The standard's examples; the texts of 55 to 64 letters fill the last block to its brim, by
  // sha256sum of GNU coreutils 9.1.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 55),
      "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"
    ),
    (
      String(repeating: "a", count: 63),
      "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"
    ),
    (
      String(repeating: "a", count: 64),
      "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ])
  func knownDigests(text: String, expected: String) {
    #expect(digest(text, runs: 1 << 20) == expected)
    #expect(digest(text, runs: 977) == expected)
  }

  @Test func digestOfAFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/file"
    try writeAtomically(String(repeating: "a", count: 3_000_000), to: path)
    let whole = digest(String(repeating: "a", count: 3_000_000), runs: 1 << 22)
    #expect(try sha256(ofFile: path) == whole)
    #expect(throws: FileOutputError.self) { try sha256(ofFile: path + ".none") }
    #expect(throws: FileOutputError.self) { try sha256(ofFile: folder.path) }
  }
}

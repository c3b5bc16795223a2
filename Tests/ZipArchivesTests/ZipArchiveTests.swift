import FileOutput
import TestSupport
import Testing
import ZipArchives

@Suite struct ZipArchiveTests {
  @Test(arguments: ["deflated.zip", "large.zip", "commented.zip", "streamed.zip"])
  func archivesOfPythonAreRead(name: String) throws {
    let archive = try ZipArchive(contentsOf: fixture(name))
    #expect(
      archive.entries.map(\.name) == [
        "model/", "model/plans.json", "model/fold_0/zeros.bin", "model/fold_0/empty",
        "model/ä b.txt",
      ])
    #expect(archive.entries.map(\.isFolder) == [true, false, false, false, false])
    #expect(
      try archive.contents(named: "model/plans.json") == Array(#"{"name": "plans"}"#.utf8))
    #expect(
      try archive.contents(named: "model/fold_0/zeros.bin") == Array(repeating: 0, count: 100_000))
    #expect(try archive.contents(named: "model/fold_0/empty").isEmpty)
    #expect(try archive.contents(named: "model/ä b.txt") == Array("ä".utf8))
    #expect(throws: ZipError.missingEntry(path: fixture(name), name: "plans.json")) {
      try archive.contents(named: "plans.json")
    }
  }

  @Test func entriesBeyondTheLimitAreRefused() throws {
    let archive = try ZipArchive(contentsOf: fixture("deflated.zip"))
    #expect(
      throws: ZipError.tooLarge(
        path: archive.path, name: "model/fold_0/zeros.bin", bytes: 100_000, limit: 99_999)
    ) { try archive.contents(named: "model/fold_0/zeros.bin", limit: 99_999) }
  }

  /// Wherever a piece ends, even where all compressed bytes are used up and the last of what they stand for is still to come.
  @Test(arguments: [ZipEntry.Method.stored, .deflated])
  func piecesMayEndAnywhere(method: ZipEntry.Method) throws {
    let content = [UInt8](repeating: 7, count: 3000)
    let archive = try ZipArchive(archive([("sevens", content)], method: method), named: "test.zip")
    let entry = try #require(archive.entry(named: "sevens"))
    for last in 0...700 {
      let reader = try ZipEntryReader(entry, of: archive)
      var found = [UInt8](repeating: 0, count: 3000)
      try found.withUnsafeMutableBytes { bytes in
        try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<(3000 - last)]))
        if last > 0 {
          try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[(3000 - last)...]))
        }
      }
      #expect(found == content && reader.unread == 0)
    }
  }

  @Test func unpackedFilesAppearOnlyWhenSound() throws {
    let folder = try TemporaryFolder()
    let archive = try ZipArchive(contentsOf: fixture("deflated.zip"))
    let entry = try #require(archive.entry(named: "model/fold_0/zeros.bin"))
    try archive.unpack(entry, to: folder.path + "/zeros")
    #expect(try bytes(ofFile: folder.path + "/zeros") == Array(repeating: 0, count: 100_000))
    var damaged = try bytes(ofFile: archive.path)
    damaged.replace([1, 2, 3, 4], at: 16, ofEvery: centralSign)
    let other = try ZipArchive(damaged, named: "damaged.zip")
    let same = try #require(other.entry(named: "model/fold_0/zeros.bin"))
    #expect(throws: ZipError.self) { try other.unpack(same, to: folder.path + "/other") }
    #expect(folder.names == ["zeros"])
  }

  @Test func filesThatAreNoArchivesAreRefused() throws {
    let folder = try TemporaryFolder()
    #expect(throws: ZipError.self) { try ZipArchive(contentsOf: folder.path) }
    #expect(throws: ZipError.self) { try ZipArchive(contentsOf: folder.path + "/none") }
    for bytes in [[], Array("PK".utf8), Array(repeating: 0, count: 100_000)] as [[UInt8]] {
      try writeAtomically(bytes, to: folder.path + "/file")
      #expect(throws: ZipError.self) { try ZipArchive(contentsOf: folder.path + "/file") }
    }
  }

  static let names = [
    "../evil", "a/../../b", "/etc/passwd", "C:evil.exe", "a\\..\\b", "a//b", "./a", "a\nb",
    "a/..", "a/.", ".",
  ]

  @Test(arguments: names) func namesThatLeaveTheFolderAreRefused(name: String) throws {
    let sound = "z".padded(to: name.utf8.count)
    var bytes = try archive([(sound, Array("text".utf8))])
    bytes.replace(Array(name.utf8), at: 30, ofEvery: localSign)
    bytes.replace(Array(name.utf8), at: 46, ofEvery: centralSign)
    let error = #expect(throws: ZipError.self) { try readAll(bytes) }
    #expect(error?.description.contains("\n") == false)
  }

  @Test func duplicateNamesAreRefused() throws {
    var bytes = try archive([("one", [1]), ("two", [2])])
    bytes.replace(Array("one".utf8), at: 0, ofEvery: Array("two".utf8))
    expect("occurs twice", try readAll(bytes))
  }

  @Test func overlappingEntriesAreRefused() throws {
    // The second entry of the list is made to point at the first one's bytes.
    var bytes = try archive([("one", [1]), ("two", [2])])
    let second = bytes.places(of: centralSign)[1]
    let first = bytes.places(of: centralSign)[0]
    bytes.replaceSubrange(second + 42..<second + 46, with: [0, 0, 0, 0])
    expect("two names", try readAll(bytes))
    // Named alike they are duplicates; so the first one's length is stretched over the second.
    var stretched = try archive([("one", [1]), ("two", [2])])
    for (place, offset) in [(0, 18), (0, 22), (first, 20), (first, 24)] {
      stretched[place + offset] = 20
    }
    expect("overlaps", try readAll(stretched))
  }

  @Test func impossibleSizesAreRefused() throws {
    let zeros = [UInt8](repeating: 0, count: 10_000)
    let sound = try archive([("zeros", zeros)], method: .deflated)
    for (claim, problem) in [
      ([0x11, 0x27, 0, 0], "not the 10001"), ([0x0F, 0x27, 0, 0], "more than the 9999"),
      ([0xFF, 0xFF, 0xFF, 0x7F], "cannot hold"),
    ] as [([UInt8], String)] {
      var bytes = sound
      bytes.replace(claim, at: 22, ofEvery: localSign)
      bytes.replace(claim, at: 24, ofEvery: centralSign)
      expect(problem, try readAll(bytes))
    }
    var differing = sound
    differing.replace([0x11, 0x27, 0, 0], at: 24, ofEvery: centralSign)
    expect("in one place", try readAll(differing))
  }

  @Test func otherMethodsEncryptionAndDamageAreRefused() throws {
    let sound = try archive([("file", Array("some text".utf8))])
    var bytes = sound
    bytes.replace([12, 0], at: 8, ofEvery: localSign)
    bytes.replace([12, 0], at: 10, ofEvery: centralSign)
    expect("method 12", try readAll(bytes))
    bytes = sound
    bytes.replace([1, 8], at: 8, ofEvery: centralSign)
    expect("encrypted", try readAll(bytes))
    bytes = sound
    bytes.replace(Array("same".utf8), at: 0, ofEvery: Array("some".utf8))
    expect("checksum", try readAll(bytes))
    bytes = sound
    bytes.replace([3], at: 5, ofEvery: centralSign)
    bytes.replace([0, 0, 0xFF, 0xA1], at: 38, ofEvery: centralSign)
    expect("link", try readAll(bytes))
  }

  private func expect(_ problem: String, _ read: @autoclosure () throws -> [String: [UInt8]]) {
    let error = #expect(throws: ZipError.self) { _ = try read() }
    #expect(error?.description.contains(problem) == true, "\(String(describing: error))")
    #expect(error?.description.contains("\n") == false)
  }
}

/// The bytes of an archive.
func archive(
  _ files: [(name: String, content: [UInt8])], method: ZipEntry.Method = .stored
) throws -> [UInt8] {
  let folder = try TemporaryFolder()
  var writer = try ZipWriter(replacing: folder.path + "/file.zip")
  for file in files { try writer.add(file.name, file.content, method: method) }
  try writer.finish()
  return try bytes(ofFile: folder.path + "/file.zip")
}

extension String {
  fileprivate func padded(to count: Int) -> String {
    count == 0 ? self : String(repeating: self, count: count)
  }
}

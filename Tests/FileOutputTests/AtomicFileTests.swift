import FileOutput
import Glibc
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  @Test func replacesTheContent() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.json"
    try writeAtomically("first", to: path)
    try writeAtomically(Array("second".utf8), to: path)
    #expect(try read(path) == "second")
    #expect(folder.names == ["a.json"])
  }

  @Test func abandonedWriteKeepsThePreviousContent() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a"
    try writeAtomically("kept", to: path)
    do {
      let file = try AtomicFile(replacing: path)
      let half = Array("half".utf8)
      try file.write(half.span.bytes)
      #expect(folder.names.count == 2)
    }
    #expect(try read(path) == "kept")
    #expect(folder.names == ["a"])
  }

  @Test func failingBodyLeavesNothing() throws {
    struct Refusal: Error, Equatable {}
    let folder = try TemporaryFolder()
    let body: (String) throws(Refusal) -> Void = { (temporary) throws(Refusal) in
      #expect(folder.names == [String(temporary.dropFirst(folder.path.count + 1))])
      throw Refusal()
    }
    #expect(throws: Refusal()) {
      try writeAtomically(to: folder.path + "/a", wrapping: { _ in Refusal() }, body)
    }
    #expect(folder.names.isEmpty)
  }

  @Test func killedProcessKeepsThePreviousContent() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a"
    try writeAtomically("kept", to: path)
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let file = try AtomicFile(replacing: path)
      let half = Array("half".utf8)
      try file.write(half.span.bytes)
      kill(getpid(), SIGKILL)
    }
    #expect(try read(path) == "kept")
  }

  @Test func linkIsFollowedAndPermissionsAreKept() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/file"
    let link = folder.path + "/link"
    try writeAtomically("old", to: path)
    #expect(chmod(path, 0o640) == 0)
    #expect(symlink("file", link) == 0)
    try writeAtomically("new", to: link)
    #expect(try read(path) == "new")
    var status = stat()
    #expect(lstat(link, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o640)
  }

  @Test func bytesAreReplacedInPlace() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a"
    let file = try AtomicFile(replacing: path)
    let bytes = Array("length 00, body".utf8)
    try file.write(bytes.span.bytes)
    try file.replace(Array("42".utf8), at: 7)
    let more = Array("!".utf8)
    try file.write(more.span.bytes)
    try file.commit()
    #expect(try read(path) == "length 42, body!")
  }

  @Test func longNamesFit() throws {
    let folder = try TemporaryFolder()
    let name = String(repeating: "n", count: 255)
    try writeAtomically("x", to: folder.path + "/" + name)
    #expect(folder.names == [name])
  }

  @Test func errorsNameThePathAndTheCure() throws {
    let folder = try TemporaryFolder()
    let missing = folder.path + "/none/a"
    #expect(
      throws: FileOutputError.refused(
        path: missing, step: .create, reason: "No such file or directory")
    ) { try writeAtomically("x", to: missing) }
    #expect(throws: FileOutputError.notAFile(path: folder.path)) {
      try writeAtomically("x", to: folder.path)
    }
    #expect(throws: FileOutputError.notAFile(path: "/dev/null")) {
      try writeAtomically("x", to: "/dev/null")
    }
    #expect(
      FileOutputError.refused(path: "o/a", step: .create, reason: "Permission denied").description
        == "o/a: cannot create a file in this folder (Permission denied); check that the folder exists"
        + " and may be written")
  }

  private func read(_ path: String) throws -> String {
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1000)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}

import FileOutput
import Foundation
import TestSupport
import Testing

@Suite struct AtomicFolderTests {
  @Test func appearsWhenComplete() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/new"
    let made = try AtomicFolder(creating: path + "/")
    #expect(made.path == path)
    try writeAtomically("text", to: made.temporaryPath + "/file")
    #expect(folder.names.count == 1 && folder.names[0].hasSuffix(".partial"))
    try made.commit()
    #expect(folder.names == ["new"])
    #expect(try bytes(ofFile: path + "/file") == Array("text".utf8))
  }

  @Test func isRemovedWithoutCommit() throws {
    let folder = try TemporaryFolder()
    do {
      let made = try AtomicFolder(creating: folder.path + "/new")
      try writeAtomically("text", to: made.temporaryPath + "/file")
    }
    #expect(folder.names.isEmpty)
  }

  @Test func nothingIsReplaced() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/taken"
    try writeAtomically("old", to: path)
    #expect(throws: FileOutputError.exists(path: path)) {
      _ = try AtomicFolder(creating: path).path
    }
    let other = folder.path + "/later"
    let made = try AtomicFolder(creating: other)
    try FileManager.default.createDirectory(
      atPath: other, withIntermediateDirectories: false)
    try writeAtomically("theirs", to: other + "/file")
    do throws(FileOutputError) {
      try made.commit()
      Issue.record("the folder of somebody else was replaced")
    } catch {
      #expect(error == .exists(path: other))
    }
    #expect(try bytes(ofFile: other + "/file") == Array("theirs".utf8))
    #expect(folder.names == ["later", "taken"])
  }

  @Test func theFolderAboveMustExist() throws {
    let folder = try TemporaryFolder()
    #expect(throws: FileOutputError.self) {
      _ = try AtomicFolder(creating: folder.path + "/none/new").path
    }
    #expect(folder.names.isEmpty)
  }

  @Test func copiesBytes() throws {
    let folder = try TemporaryFolder()
    let content = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    let (source, target) = (folder.path + "/a", folder.path + "/b")
    try writeAtomically(content, to: source)
    try copyFile(source, to: target)
    #expect(try bytes(ofFile: target) == content)
    #expect(throws: FileOutputError.exists(path: target)) { try copyFile(source, to: target) }
    #expect(throws: FileOutputError.self) { try copyFile(folder.path + "/none", to: source + "2") }
    // Another file system, where there is one.
    let away = "/dev/shm/delineate-test-\(getpid())"
    if (try? copyFile(source, to: away)) != nil {
      #expect(try bytes(ofFile: away) == content)
      try FileManager.default.removeItem(atPath: away)
    }
  }
}

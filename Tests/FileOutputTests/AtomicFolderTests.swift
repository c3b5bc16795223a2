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

  @Test func emptyFolderIsTaken() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/empty"
    try createFolder(path)
    let made = try AtomicFolder(creating: path)
    try writeAtomically("text", to: made.temporaryPath + "/file")
    try made.commit()
    #expect(folder.names == ["empty"] && namesInFolder(path) == ["file"])
  }

  @Test func earlierFolderStaysUntilTheNewOneIsComplete() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/masks"
    for content in ["first", "second"] {
      let made = try AtomicFolder(replacing: path + "/")
      try writeAtomically(content, to: made.temporaryPath + "/" + content)
      #expect(namesInFolder(path) == (content == "second" ? ["first"] : []))
      try made.commit()
      #expect(folder.names == ["masks"] && namesInFolder(path) == [content])
    }
    do {
      let given = try AtomicFolder(replacing: path)
      try writeAtomically("text", to: given.temporaryPath + "/third")
    }
    #expect(folder.names == ["masks"] && namesInFolder(path) == ["second"])
    try writeAtomically("text", to: folder.path + "/file")
    #expect(throws: FileOutputError.exists(path: folder.path + "/file")) {
      _ = try AtomicFolder(replacing: folder.path + "/file").path
    }
  }

  /// Killed between taking the earlier folder's name away and giving it to the new one.
  @Test func folderThatLostItsNameComesBack() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/masks"
    try createFolder(folder.path + "/.masks.earlier")
    try writeAtomically("text", to: folder.path + "/.masks.earlier/file")
    do { _ = try AtomicFolder(replacing: path).path }
    #expect(folder.names == ["masks"] && namesInFolder(path) == ["file"])
  }

  @Test func whatAKilledProcessLeftIsRemoved() async throws {
    let folder = try TemporaryFolder()
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String] in
      let made = try AtomicFolder(creating: path + "/new")
      try writeAtomically("half", to: made.temporaryPath + "/file")
      kill(getpid(), SIGKILL)
    }
    #expect(folder.names.count == 1)
    try createFolder(folder.path + "/.newer.7-1.partial")
    let first = try AtomicFolder(creating: folder.path + "/new")
    // One that is being written stays.
    let second = try AtomicFolder(creating: folder.path + "/new")
    #expect(folder.names.count == 3)
    try second.commit()
    abandon(first)
    #expect(folder.names == [".newer.7-1.partial", "new"])
  }

  private func abandon(_ folder: consuming AtomicFolder) {}

  @Test(arguments: [
    ("a", "."), ("a/b", "a"), ("a/b//", "a"), ("/a", "/"), ("/a/b/", "/a"), ("./a", "."),
  ])
  func enclosingFolders(path: String, folder: String) {
    #expect(enclosingFolder(of: path) == folder)
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
    #expect(throws: FileOutputError.source(path: folder.path, reason: "it is no regular file")) {
      try copyFile(folder.path, to: source + "2")
    }
    #expect(folder.names == ["a", "b"])
    // Another file system, where there is one.
    let away = "/dev/shm/delineate-test-\(getpid())"
    if (try? copyFile(source, to: away)) != nil {
      #expect(try bytes(ofFile: away) == content)
      try FileManager.default.removeItem(atPath: away)
    }
  }
}

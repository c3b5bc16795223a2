import FileOutput
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite struct FileLockTests {
  @Test func heldLockIsNotGivenTwice() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/lock"
    let first = FileLock(path)
    if FileLock(unlessHeld: path) != nil { Issue.record("the lock was given twice") }
    first.release()
    if FileLock(unlessHeld: path) == nil { Issue.record("a lock that is free was not given") }
    // It went with its value.
    if FileLock(unlessHeld: path) == nil { Issue.record("the lock stayed") }
    #expect(folder.names == ["lock"])
  }

  /// Two processes count to four hundred together; without the lock they lose counts.
  @Test func processesTakeTurns() async throws {
    let folder = try TemporaryFolder()
    try writeAtomically("0", to: folder.path + "/count")
    let count: @Sendable () async -> Void = { [path = folder.path] in
      _ = await #expect(processExitsWith: .success) { [path = path as String] in
        for _ in 0..<200 {
          let lock = FileLock(path + "/lock")
          let text = String(decoding: try bytes(ofFile: path + "/count"), as: UTF8.self)
          let file = try #require(fopen(path + "/count", "w"))
          fputs("\((Int(text) ?? 0) + 1)", file)
          fclose(file)
          lock.release()
        }
      }
    }
    async let first: Void = count()
    async let second: Void = count()
    _ = await (first, second)
    #expect(String(decoding: try bytes(ofFile: folder.path + "/count"), as: UTF8.self) == "400")
  }

  @Test func waitingIsSaid() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/lock"
    let steps = Steps()
    let first = FileLock(path) { steps.add("never") }
    let isWaiting = AsyncStream<Void>.makeStream()
    let waiter = Task {
      try await onOwnThread {
        let second = FileLock(path) {
          steps.add("waits")
          isWaiting.continuation.finish()
        }
        steps.add("has it")
        second.release()
      }
    }
    for await _ in isWaiting.stream {}
    steps.add("lets go")
    first.release()
    try await waiter.value
    #expect(steps.all == ["waits", "lets go", "has it"])
  }

  @Test func killedHolderLetsGo() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/lock"
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let lock = FileLock(path)
      kill(getpid(), SIGKILL)
      lock.release()
    }
    if FileLock(unlessHeld: path) == nil { Issue.record("a dead process holds the lock") }
  }

  @Test func folderThatCannotBeWrittenLocksNothing() {
    if FileLock(unlessHeld: "/none/lock") == nil { Issue.record("there is nothing to hold") }
    FileLock("/none/lock") { Issue.record("there is nothing to wait for") }.release()
  }
}

/// What happened, in order.
private final class Steps: Sendable {
  private let list = Mutex<[String]>([])
  var all: [String] { list.withLock { $0 } }
  func add(_ step: String) { list.withLock { $0.append(step) } }
}

@Suite struct AbandonedFilesTests {
  @Test func killedWriteIsRemovedAndNothingElse() async throws {
    let folder = try TemporaryFolder()
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String] in
      let file = try AtomicFile(replacing: path + "/case.nii.gz")
      let half = Array("half".utf8)
      try file.write(half.span.bytes)
      kill(getpid(), SIGKILL)
    }
    let killed = folder.names
    #expect(killed.count == 1)
    let others = [".a.partial", ".b.1-2-3.partial", ".partial", "c.7-1.partial", ".d.x-1.partial"]
    for name in others { try writeAtomically("mine", to: folder.path + "/" + name) }
    let file = try AtomicFile(replacing: folder.path + "/case.nii.gz")
    #expect(removeAbandonedFiles(in: folder.path) == killed.map { folder.path + "/" + $0 })
    // What is being written stays, and can be completed.
    try file.write(Array("whole".utf8).span.bytes)
    try file.commit()
    #expect(folder.names == (others + ["case.nii.gz"]).sorted())
    #expect(removeAbandonedFiles(in: folder.path).isEmpty)
  }

  @Test func noFolderNoFiles() { #expect(removeAbandonedFiles(in: "/none").isEmpty) }
}

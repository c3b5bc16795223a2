import Datasets
import FileOutput
import Planning
import Synchronization
import TestSupport
import Testing
import Training
import VolumeFiles
import Volumes
import Workspaces

#if canImport(Glibc)
  import Glibc
#endif

/// Several tasks, or processes, in one workspace do each step once and lose nothing.
@Suite struct SharedWorkspaceTests {
  private final class Messages: Sendable {
    let lines = Mutex<[String]>([])
    var observer: StepObserver {
      StepObserver(message: { [self] text in lines.withLock { $0.append(text) } })
    }
    func count(_ beginning: String) -> Int {
      lines.withLock { $0.filter { $0.hasPrefix(beginning) }.count }
    }
  }

  /// Six cases of a bright ball in a ramp.
  private func makeDataset(in folder: String) throws -> String {
    let path = folder + "/balls"
    for name in ["", "/imagesTr", "/labelsTr"] { mkdir(path + name, 0o755) }
    let geometry = Geometry(extent: Extent(x: 20, y: 18, z: 16))
    for number in 0..<6 {
      var image = Volume<Float>(repeating: 0, geometry: geometry)
      var labels = LabelMap(
        labels: Array(repeating: 0, count: geometry.extent.count), geometry: geometry)
      for z in 0..<16 {
        for y in 0..<18 {
          for x in 0..<20 {
            let inside = abs(x - 8 - number % 3) < 4 && abs(y - 9) < 4 && abs(z - 8) < 4
            image[x, y, z] = Float(x + 2 * y + z + number + 1) + (inside ? 200 : 0)
            labels[x, y, z] = inside ? 1 : 0
          }
        }
      }
      try image.write(to: "\(path)/imagesTr/b\(number)_0000.nii.gz")
      try labels.write(to: "\(path)/labelsTr/b\(number).nii.gz")
    }
    try writeAtomically(
      """
      {"channel_names": {"0": "MR"}, "labels": {"background": 0, "ball": 1}, "numTraining": 6, \
      "file_ending": ".nii.gz"}
      """, to: "\(path)/dataset.json")
    return path
  }

  @Test func tasksShareWhatOneHasPrepared() async throws {
    let folder = try TemporaryFolder()
    let path = try makeDataset(in: folder.path)
    let messages = Messages()
    let workspace = Workspace(folder.path + "/w", observer: messages.observer)
    let plans = try await withThrowingTaskGroup(of: SegmentationPlan.self) { group in
      for _ in 0..<4 {
        group.addTask {
          try await onOwnThread {
            let dataset = try workspace.dataset(path)
            return try workspace.preprocess(dataset, configuration: "3d_fullres").plan
          }
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(plans.count == 4 && plans.allSatisfy { $0.document == plans[0].document })
    #expect(messages.count("checking") == 1)
    #expect(messages.count("taking the fingerprint") == 1)
    #expect(messages.count("planning") == 1)
    #expect(messages.count("preprocessing") == 1)
    // Nothing is left to do.
    messages.lines.withLock { $0 = [] }
    _ = try workspace.preprocess(workspace.dataset(nil), configuration: "3d_fullres")
    #expect(messages.lines.withLock { $0 } == [])
  }

  @Test func configurationsPreparedAtOnceAreBothRemembered() async throws {
    let folder = try TemporaryFolder()
    let path = try makeDataset(in: folder.path)
    let messages = Messages()
    let workspace = Workspace(folder.path + "/w", observer: messages.observer)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for name in ["2d", "3d_fullres"] {
        group.addTask {
          try await onOwnThread {
            _ = try workspace.preprocess(workspace.dataset(path), configuration: name)
          }
        }
      }
      try await group.waitForAll()
    }
    messages.lines.withLock { $0 = [] }
    for name in ["2d", "3d_fullres"] {
      _ = try workspace.preprocess(workspace.dataset(nil), configuration: name)
    }
    #expect(messages.lines.withLock { $0 } == [])
  }

  @Test func secondOneWaitsAndSaysSo() async throws {
    let folder = try TemporaryFolder()
    let path = try makeDataset(in: folder.path)
    mkdir(folder.path + "/w", 0o755)
    let lock = FileLock(folder.path + "/w/.workspace.lock")
    let waits = AsyncStream<Void>.makeStream()
    let workspace = Workspace(
      folder.path + "/w",
      observer: StepObserver(message: { text in
        if text.hasPrefix("waiting for another delineate") { waits.continuation.finish() }
      }))
    let second = Task { try await onOwnThread { try workspace.dataset(path).path } }
    for await _ in waits.stream {}
    #expect(access(folder.path + "/w/workspace.json", F_OK) != 0)
    lock.release()
    #expect(try await second.value == path)
    #expect(access(folder.path + "/w/workspace.json", F_OK) == 0)
  }

  @Test func foldThatIsBeingTrainedIsRefused() throws {
    let folder = try TemporaryFolder()
    let path = try makeDataset(in: folder.path)
    let workspace = Workspace(folder.path + "/w")
    let dataset = try workspace.dataset(path)
    let model = workspace.modelFolder("3d_fullres")
    for name in [folder.path + "/w/models", model] { mkdir(name, 0o755) }
    let lock = FileLock(model + "/.fold_0.lock")
    var request = TrainingRequest()
    request.settings.batchSize = 1
    let error = #expect(throws: WorkspaceError.self) { try workspace.train(dataset, request) }
    #expect(error == .foldInUse(folder: model + "/fold_0"))
    lock.release()
  }

  @Test func whatWasLeftHalfWrittenIsRemoved() throws {
    let folder = try TemporaryFolder()
    let path = try makeDataset(in: folder.path)
    let workspace = Workspace(folder.path + "/w")
    for name in ["/w", "/w/preprocessed", "/w/preprocessed/2d"] { mkdir(folder.path + name, 0o755) }
    let left = [
      "/w/.plans.json.123-4.partial", "/w/preprocessed/2d/.b1.safetensors.123-5.partial",
    ]
    for name in left { try writeAtomically("half", to: folder.path + name) }
    _ = try workspace.preprocess(workspace.dataset(path), configuration: "2d")
    for name in left { #expect(access(folder.path + name, F_OK) != 0, "\(name)") }
  }
}

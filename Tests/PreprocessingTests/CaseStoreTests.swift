import FileOutput
import Glibc
import JSONDocuments
import Planning
import Preprocessing
import Safetensors
import TestSupport
import Testing
import Volumes

@Suite struct CaseStoreTests {
  private func stored(_ name: String, in store: CaseStore) throws -> PreprocessedCase {
    let prepared = try SmallCase(name).preprocessed()
    try store.write(prepared, as: name, locations: [[3, 1, 2], [], [0]], stamp: "made today")
    return prepared
  }

  @Test(arguments: ["masked", "joint", "masked_unlabelled"])
  func casesComeBackAsTheyWent(name: String) throws {
    let folder = try TemporaryFolder()
    let store = CaseStore(folder.path)
    let prepared = try stored(name, in: store)
    let found = try store.open(name)
    #expect(found.id == name)
    #expect(found.shape == prepared.shape)
    #expect(found.channelCount == prepared.channels.count)
    #expect(found.channels.map(\.elements) == prepared.channels.map(\.elements))
    #expect(Array(found.image) == prepared.channels.flatMap(\.elements))
    #expect(Array(found.labels) == prepared.labels?.elements ?? [])
    #expect(found.properties == prepared.properties)
    #expect(found.classCount == 3)
    #expect((0..<3).map { Array(found.locations(ofClass: $0)) } == [[3, 1, 2], [], [0]])
    #expect(found.stamp == "made today")
    #expect(store.stamp(of: name) == "made today")
  }

  /// The digest that the file keeps is that of its numbers, whichever way it is found.
  @Test(arguments: ["masked", "joint", "masked_unlabelled"])
  func digestIsThatOfTheNumbers(name: String) throws {
    let folder = try TemporaryFolder()
    let store = CaseStore(folder.path)
    _ = try stored(name, in: store)
    let kept = try store.open(name).contentDigest
    let path = store.path(of: name)
    // A file without it, as earlier releases wrote them: the same length, so that nothing moves.
    let text = try bytes(ofFile: path)
    let field = Array("\\\"digest\\\"".utf8)
    let start = try #require(
      (0..<text.count - field.count).first { Array(text[$0..<($0 + field.count)]) == field })
    var changed = text
    changed[start + 2] = UInt8(ascii: "D")
    try writeAtomically(changed, to: path)
    #expect(try store.open(name).contentDigest == kept)
    // Another number, another digest.
    let header = (0..<8).reduce(0) { $0 | Int(changed[$1]) << (8 * $1) }
    changed[8 + header] ^= 1
    try writeAtomically(changed, to: path)
    #expect(try store.open(name).contentDigest != kept)
  }

  @Test func missingAndShortenedFilesAreErrors() throws {
    let folder = try TemporaryFolder()
    let store = CaseStore(folder.path)
    #expect(throws: PreprocessingError.self) { try store.open("joint") }
    _ = try stored("joint", in: store)
    let path = store.path(of: "joint")
    let whole = try bytes(ofFile: path)
    for count in [0, 7, 100, whole.count / 2, whole.count - 1] {
      try writeAtomically(Array(whole.prefix(count)), to: path)
      let error = try #require(throws: PreprocessingError.self) { try store.open("joint") }
      #expect(error.description.contains(path))
      #expect(store.stamp(of: "joint") == nil)
    }
  }

  /// A stored case in parts, each of which a test may spoil.
  private struct Parts {
    var image = (shape: [2, 1, 2, 3], type: SafetensorsDataType.float32)
    var labels = [1, 2, 3]
    var positions: [Int32] = [0, 5]
    var metadata =
      "{\"spacing\": [1, 1, 1], \"shape_before_cropping\": [1, 2, 3], \"box_lower\": [0, 0, 0], "
      + "\"box_upper\": [1, 2, 3], \"stamp\": \"s\"}"

    func write(to path: String) throws {
      let bytes = [UInt8](
        repeating: 0, count: image.shape.reduce(1, *) * image.type.byteCount)
      let entries = [
        SafetensorsEntry(
          name: "image", dataType: image.type, shape: image.shape, bytes: bytes),
        SafetensorsEntry(name: "locations.0", shape: [positions.count], int32s: positions),
        SafetensorsEntry(
          name: "labels", shape: labels,
          int16s: [Int16](repeating: 0, count: labels.reduce(1, *))),
      ]
      try SafetensorsWriter.write(entries, metadata: ["case": metadata], to: path)
    }
  }

  private func problem(_ spoil: (inout Parts) -> Void) throws -> String? {
    let folder = try TemporaryFolder()
    let store = CaseStore(folder.path)
    var parts = Parts()
    spoil(&parts)
    try parts.write(to: store.path(of: "c"))
    do throws(PreprocessingError) {
      _ = try store.open("c")
      return nil
    } catch {
      guard case .invalidCase(let path, let problem) = error else { throw error }
      #expect(path == store.path(of: "c"))
      return problem
    }
  }

  @Test func inconsistentFilesAreErrors() throws {
    #expect(try problem { _ in } == nil)
    #expect(try problem { $0.image.type = .int32 } == "its image is not F32")
    #expect(try problem { $0.image.shape = [1, 2, 3] } == "its image has shape [1, 2, 3]")
    #expect(try problem { $0.image.shape = [0, 1, 2, 3] } == "its image has shape [0, 1, 2, 3]")
    #expect(
      try problem { $0.labels = [1, 3, 2] }
        == "its labels have shape [1, 3, 2], its image [2, 1, 2, 3]")
    for position: Int32 in [-1, 6] {
      #expect(
        try problem { $0.positions.append(position) }
          == "a position of class 0 lies outside its image")
    }
  }

  @Test func damagedMetadataAreErrors() throws {
    let changes = [
      ("\"spacing\": [1, 1, 1]", "\"spacing\": [1, 0, 1]"),
      ("\"spacing\"", "\"pacing\""), ("[1, 2, 3], \"stamp\"", "[1, 2], \"stamp\""),
      ("\"box_lower\": [0, 0, 0]", "\"box_lower\": [0, 2, 0]"),
      ("\"box_lower\": [0, 0, 0]", "\"box_lower\": [-1, 0, 0]"),
      ("\"box_upper\": [1, 2, 3]", "\"box_upper\": [1, 2, 4]"), ("\"stamp\"", "\"tamp\""),
      ("}", ""),
    ]
    for (part, other) in changes {
      let found = try problem { $0.metadata = $0.metadata.replacing(part, with: other) }
      #expect(found == "its metadata are missing or damaged", "\(other)")
    }
  }

  /// In a process of its own, where no file may grow beyond 4 KiB, writing stops half way.
  @Test func interruptedWritingLeavesTheOldCase() async throws {
    let folder = try TemporaryFolder()
    let store = CaseStore(folder.path)
    let prepared = try stored("joint", in: store)
    await #expect(processExitsWith: .exitCode(7)) { [path = folder.path as String] in
      if try replacementFails(in: CaseStore(path)) { exit(7) }
    }
    #expect(folder.names == ["joint.safetensors"])
    let found = try store.open("joint")
    #expect(found.stamp == "made today")
    #expect(found.channels.map(\.elements) == prepared.channels.map(\.elements))
  }
}

/// Whether a case cannot be replaced once files may not grow beyond 4 KiB in this process.
private func replacementFails(in store: CaseStore) throws -> Bool {
  let other = try SmallCase("masked").preprocessed()
  signal(SIGXFSZ, SIG_IGN)
  var limit = rlimit(rlim_cur: 4096, rlim_max: 4096)
  setrlimit(__rlimit_resource_t(1), &limit)  // RLIMIT_FSIZE
  do {
    try store.write(other, as: "joint", locations: [], stamp: "made tomorrow")
    return false
  } catch {
    return true
  }
}

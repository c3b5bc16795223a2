import Glibc
import Safetensors
import TestSupport
import Testing

@Suite struct SafetensorsWriterTests {
  static var entries: [SafetensorsEntry] {
    [
      SafetensorsEntry(name: "weights", shape: [2, 3], floats: [0, 0.5, 1, 1.5, 2, 2.5]),
      SafetensorsEntry(name: "short", shape: [3], int16s: [-1, 2, 3]),
      SafetensorsEntry(name: "empty", shape: [0, 4], floats: []),
      SafetensorsEntry(name: "stream", dataType: .int64, shape: [10, 100]) {
        (append) throws(SafetensorsError) in
        for row in 0..<10 {
          let numbers = (0..<100).map { Int64(row * 100 + $0) }
          try numbers.withUnsafeBufferPointer { (buffer) throws(SafetensorsError) in
            try append(UnsafeRawBufferPointer(buffer))
          }
        }
      },
    ]
  }
  static let metadata = ["epoch": "3", "text": "ä \"quoted\"\n"]

  /// The fixture was read by the safetensors package, see its README.
  @Test func writtenBytesEqualTheFileThatPythonReads() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/written.safetensors"
    try SafetensorsWriter.write(Self.entries, metadata: Self.metadata, to: path)
    let written = try bytes(of: path)
    #expect(written == (try bytes(of: fixture("written.safetensors"))))
    #expect(folder.names == ["written.safetensors"])
  }

  @Test func dataBeginAtAMultipleOf64() throws {
    let folder = try TemporaryFolder()
    for length in 0..<70 {
      let path = folder.path + "/\(length)"
      let name = String(repeating: "n", count: length)
      try SafetensorsWriter.write(
        [SafetensorsEntry(name: name, shape: [1], floats: [1])], to: path)
      let file = try SafetensorsFile(contentsOf: path)
      let address = try withExtendedLifetime(file) {
        UInt(bitPattern: try file.tensor(named: name).bytes.baseAddress)
      }
      // A mapping begins at a page.
      #expect(address % 64 == 0)
    }
  }

  @Test func refusedEntriesLeaveTheOldFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/file"
    try SafetensorsWriter.write(Self.entries, to: path)
    let before = try bytes(of: path)
    let bad: [[SafetensorsEntry]] = [
      [SafetensorsEntry(name: "a", shape: [2], floats: [1])],
      [SafetensorsEntry(name: "a", shape: [-1], floats: [1])],
      [SafetensorsEntry(name: "a", shape: [1 << 62, 4], floats: [1])],
      [SafetensorsEntry(name: "__metadata__", shape: [1], floats: [1])],
      [
        SafetensorsEntry(name: "a", shape: [1], floats: [1]),
        SafetensorsEntry(name: "a", shape: [1], floats: [1]),
      ],
    ]
    for entries in bad {
      let error = try #require(throws: SafetensorsError.self) {
        try SafetensorsWriter.write(entries, to: path)
      }
      guard case .invalidEntry = error else {
        Issue.record("unexpected \(error)")
        continue
      }
    }
    #expect(try bytes(of: path) == before)
    #expect(folder.names == ["file"])
  }

  @Test func missingFolderIsNamed() throws {
    let error = try #require(throws: SafetensorsError.self) {
      try SafetensorsWriter.write(Self.entries, to: "/nowhere/file")
    }
    #expect(error.description.contains("/nowhere/file"))
  }

  private func bytes(of path: String) throws -> [UInt8] {
    let file = try #require(fopen(path, "rb"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    return Array(bytes[..<count])
  }
}

import FileOutput
import Glibc
import RandomNumbers
import TestSupport
import Testing
import TorchCheckpoints
import ZipArchives

@Suite struct MutatedCheckpointTests {
  /// Number of damaged copies; `DELINEATE_MUTATIONS` asks for more.
  private static let count: Int = {
    getenv("DELINEATE_MUTATIONS").flatMap { Int(String(cString: $0)) } ?? 150
  }()

  /// Damage inside the pickle, behind sound checksums: refused with one line, or what is read is no larger than the file.
  @Test func damagedPicklesAreRefusedOrHarmless() throws {
    let sound = try ZipArchive(contentsOf: fixture("types.pth"))
    let pickle = try sound.contents(named: "types/data.pkl")
    let files = try sound.entries.filter { $0.name != "types/data.pkl" }.map {
      (name: $0.name, bytes: try sound.contents(of: $0))
    }
    let folder = try TemporaryFolder()
    let path = folder.path + "/types.pth"
    var refused = 0
    for seed in 0..<Self.count {
      var writer = try ZipWriter(replacing: path)
      try writer.add(
        "types/data.pkl",
        mutated(pickle, seed: UInt64(seed), largeNumber: [0xFF, 0xFF, 0xFF, 0x7F]), method: .stored)
      for file in files { try writer.add(file.name, file.bytes, method: .stored) }
      try writer.finish()
      refused += try isRefused(path) ? 1 : 0
    }
    #expect(refused > Self.count / 4, "only \(refused) of \(Self.count) were refused")
  }

  /// Damage anywhere in the file.
  @Test(arguments: ["types.pth", "written.pth"])
  func damagedFilesAreRefusedOrHarmless(name: String) throws {
    let sound = try bytes(ofFile: fixture(name))
    let folder = try TemporaryFolder()
    let path = folder.path + "/" + name
    var refused = 0
    for seed in 0..<Self.count {
      try writeAtomically(
        mutated(sound, seed: UInt64(seed), largeNumber: [0xFF, 0xFF, 0xFF, 0x7F]), to: path)
      refused += try isRefused(path) ? 1 : 0
    }
    #expect(refused > Self.count / 2, "only \(refused) of \(Self.count) were refused")
  }

  private func isRefused(_ path: String) throws -> Bool {
    do {
      let checkpoint = try TorchCheckpoint(contentsOf: path)
      for name in checkpoint.names { _ = try? checkpoint.document(name) }
      let size = try bytes(ofFile: path).count
      for (name, tensor) in try checkpoint.tensors("network_weights") {
        #expect(try checkpoint.floats(tensor, named: name).count <= size)
      }
      return false
    } catch let error as TorchCheckpointError {
      #expect(!error.description.contains("\n") && error.description.contains(path), "\(error)")
      return true
    }
  }
}

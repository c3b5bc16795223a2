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
      try writer.add("types/data.pkl", mutated(pickle, seed: UInt64(seed)), method: .stored)
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
      try writeAtomically(mutated(sound, seed: UInt64(seed)), to: path)
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

  private func mutated(_ sound: [UInt8], seed: UInt64) -> [UInt8] {
    var generator = SplitMix64(seed: seed)
    var bytes = sound
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      guard bytes.count > 8 else { break }
      let place = Int.random(in: 0..<bytes.count - 4, using: &generator)
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 1: bytes[place] = UInt8.random(in: 0...255, using: &generator)
      case 2: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
      case 3: bytes.remove(at: place)
      case 4: bytes.removeLast(Int.random(in: 1...min(100, bytes.count), using: &generator))
      default: bytes.replaceSubrange(place..<place + 4, with: [0xFF, 0xFF, 0xFF, 0x7F])
      }
    }
    return bytes
  }
}

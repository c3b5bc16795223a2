import NumPyArrays
import TestSupport
import Testing
import ZipArchives

@Suite struct NumPyArchiveTests {
  @Test(arguments: ["compressed.npz", "stored.npz"])
  func archivesOfNumPyAreRead(name: String) throws {
    let archive = try NumPyArchive(contentsOf: fixture(name))
    let ramp = (0..<24).map(Float.init)
    for type in NumPyDataType.allCases {
      let array = try archive.array(named: type.rawValue)
      #expect(array.dataType == type && array.shape == [2, 3, 4] && array.count == 24)
      let expected = type == .bool ? (0..<24).map { Float($0 % 2) } : ramp
      #expect(array.floats() == expected && array.doubles() == expected.map(Double.init))
      #expect(array.integers() == expected.map(Int.init))
    }
    for other in ["big", "fortran"] {
      #expect(try archive.array(named: other).floats() == ramp, "\(other)")
    }
    let scalar = try archive.array(named: "scalar")
    #expect(scalar.shape.isEmpty && scalar.doubles() == [0.1] && scalar.integers() == nil)
    let empty = try archive.array(named: "empty")
    #expect(empty.shape == [0, 3] && empty.floats().isEmpty)
    let special = try archive.array(named: "vector").floats()
    #expect(special.count == 6 && special[0] == 65504 && special[1] == 0x1p-24)
    #expect(special[2] == 0 && special[2].sign == .minus && special[3] == .infinity)
    #expect(special[4].isNaN && special[5] == 0.0999755859375)
    let error = #expect(throws: NumPyError.self) { try archive.array(named: "none") }
    #expect(error?.description.contains("\"none\"") == true)
    #expect(throws: NumPyError.self) { try archive.array(named: "f8", limit: 100) }
  }

  /// The fixture's script reads the same arrays with numpy.
  @Test func archiveIsTheOneThatNumPyReads() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/written.npz"
    let floats = (0..<120).map { Float($0) / 8 }
    try NumPyArchive.write(
      [
        NumPyEntry(name: "probabilities", shape: [3, 2, 4, 5], floats: floats),
        NumPyEntry(name: "ints", shape: [3], int64s: [-1, 0, 1 << 62]),
        NumPyEntry(name: "scalar", shape: [], doubles: [0.1]),
      ], to: path)
    let (found, expected) = (
      try NumPyArchive(contentsOf: path), try NumPyArchive(contentsOf: fixture("written.npz"))
    )
    #expect(found.names == ["probabilities", "ints", "scalar"] && found.names == expected.names)
    for name in found.names {
      // The file's bytes, header included, and what they mean.
      #expect(
        try found.archive.contents(named: name + ".npy")
          == expected.archive.contents(named: name + ".npy"))
      #expect(try found.array(named: name) == expected.array(named: name))
    }
    #expect(try found.array(named: "probabilities").floats() == floats)
    #expect(try found.array(named: "ints").integers() == [-1, 0, 1 << 62])
    // Compressed, as numpy.savez_compressed does.
    #expect(found.archive.entries.allSatisfy { $0.method == .deflated })
  }

  @Test func arraysThatDoNotFitTheirShapeAreNotWritten() throws {
    let folder = try TemporaryFolder()
    for shape in [[3], [-1], [Int.max, 3]] {
      #expect(throws: NumPyError.self) {
        try NumPyArchive.write(
          [NumPyEntry(name: "a", shape: shape, floats: [1, 2])], to: folder.path + "/a.npz")
      }
    }
    #expect(folder.names.isEmpty)
  }
}

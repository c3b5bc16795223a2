import TestSupport
import Testing
import VolumeFiles

/// Arrays in `.npz` archives: files by numpy, files for numpy, damaged files.
@Suite struct NumPyArrayTests {
  private static let fixtures =
    #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/Fixtures/numpy"

  private func values(_ archive: NumPyArrayReader) throws -> [Float] {
    let count = archive.shape.reduce(1, *)
    var values = [Float](repeating: 0, count: count)
    try values.withUnsafeMutableBufferPointer { buffer in
      // In pieces of odd sizes.
      var start = 0
      while start < count {
        let end = min(count, start + 7)
        try archive.read(into: UnsafeMutableBufferPointer(rebasing: buffer[start..<end]))
        start = end
      }
    }
    return values
  }

  // make_numpy.py: numpy.arange(24) / 8 - 1 in the shape (2, 3, 4)
  @Test(arguments: ["compressed", "stored", "float16", "float64", "several"])
  func numpysFilesAreRead(name: String) throws {
    let archive = try NumPyArrayReader("\(Self.fixtures)/\(name).npz", array: "probabilities")
    #expect(archive.shape == [2, 3, 4])
    #expect(try values(archive) == (0..<24).map { Float($0) / 8 - 1 })
  }

  @Test(arguments: ["integers", "fortran"])
  func otherArraysAreRefused(name: String) throws {
    #expect(throws: VolumeFileError.self) {
      try NumPyArrayReader("\(Self.fixtures)/\(name).npz", array: "probabilities")
    }
    #expect(throws: VolumeFileError.self) {
      try NumPyArrayReader("\(Self.fixtures)/several.npz", array: "nothing")
    }
  }

  @Test(arguments: [[5], [3, 7, 11, 13], [2, 1, 1, 2_500_000], [1, 1, 1, 1]])
  func whatIsWrittenIsRead(shape: [Int]) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.npz"
    let numbers = (0..<shape.reduce(1, *)).map { Float($0 % 1013) * 0.25 - 3 }
    let writer = try NumPyArrayWriter(path, array: "probabilities", shape: shape)
    try numbers.withUnsafeBufferPointer { buffer in
      for start in stride(from: 0, to: buffer.count, by: 999_983) {
        try writer.write(
          UnsafeBufferPointer(rebasing: buffer[start..<min(buffer.count, start + 999_983)]))
      }
    }
    try writer.commit()
    #expect(folder.names == ["a.npz"])
    let archive = try NumPyArrayReader(path, array: "probabilities")
    #expect(archive.shape == shape)
    var found = [Float](repeating: 0, count: numbers.count)
    try found.withUnsafeMutableBufferPointer { try archive.read(into: $0) }
    #expect(found == numbers)
  }

  @Test func everyDamageIsAnError() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.npz"
    let whole = try readBytes("\(Self.fixtures)/compressed.npz")
    var accepted = 0
    for position in whole.indices {
      for flip in [UInt8(1), 0x80] {
        var bytes = whole
        bytes[position] ^= flip
        try writeBytes(bytes, to: path)
        // A field that says nothing about the numbers may change: then they are right.
        if let archive = try? NumPyArrayReader(path, array: "probabilities"),
          let found = try? values(archive)
        {
          accepted += 1
          #expect(found == (0..<24).map { Float($0) / 8 - 1 } || archive.shape != [2, 3, 4])
        }
      }
    }
    #expect(accepted < whole.count)
    for length in stride(from: 0, to: whole.count, by: 3) {
      try writeBytes(Array(whole.prefix(length)), to: path)
      #expect(throws: VolumeFileError.self) { try NumPyArrayReader(path, array: "probabilities") }
    }
  }
}

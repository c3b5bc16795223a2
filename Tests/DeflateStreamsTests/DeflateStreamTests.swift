import DeflateStreams
import RandomNumbers
import Testing

@Suite struct DeflateStreamTests {
  private static let wrappings: [(Deflater.Wrapping, Inflater.Wrapping)] = [
    (.none, .none), (.gzip, .gzipOrZlib), (.zlib, .gzipOrZlib),
  ]

  /// Bytes that compress well in the first half and not at all in the second.
  private func bytes(_ count: Int) -> [UInt8] {
    var generator = SplitMix64(seed: 4)
    return (0..<count).map { index in
      index < count / 2 ? UInt8(index / 1000 % 7) : UInt8.random(in: 0...255, using: &generator)
    }
  }

  private func compressed(
    _ bytes: [UInt8], _ wrapping: Deflater.Wrapping, level: Int = 6, pieces: Int
  ) throws -> [UInt8] {
    let deflater = try #require(Deflater(wrapping, level: level))
    var result: [UInt8] = []
    bytes.withUnsafeBytes { all in
      for start in stride(from: 0, to: all.count, by: max(1, all.count / pieces)) {
        let end = min(all.count, start + max(1, all.count / pieces))
        deflater.compress(UnsafeRawBufferPointer(rebasing: all[start..<end])) { result += $0 }
      }
    }
    deflater.compress(UnsafeRawBufferPointer(start: nil, count: 0), ending: .stream) {
      result += $0
    }
    return result
  }

  /// What a stream holds, with so many bytes of input and of room at a time.
  private func decompressed(
    _ bytes: [UInt8], _ wrapping: Inflater.Wrapping, step: Int
  ) throws -> (bytes: [UInt8], outcome: Inflater.Outcome, unused: Int) {
    let inflater = try #require(Inflater(wrapping))
    var result: [UInt8] = []
    var outcome = Inflater.Outcome.goesOn
    var room = [UInt8](repeating: 0, count: step)
    var place = 0
    while outcome == .goesOn {
      let end = min(bytes.count, place + step)
      let (used, made) = bytes[place..<end].withUnsafeBytes { given in
        room.withUnsafeMutableBytes { filled in
          var (input, output) = (given, filled)
          outcome = inflater.step(from: &input, to: &output)
          return (given.count - input.count, filled.count - output.count)
        }
      }
      result += room[..<made]
      place += used
      if used == 0, made == 0 { break }
    }
    return (result, outcome, bytes.count - place)
  }

  @Test(arguments: [0, 1, 300_000], [1, 7]) func whatWasCompressedComesBack(count: Int, pieces: Int)
    throws
  {
    let original = bytes(count)
    for (to, from) in Self.wrappings {
      let stream = try compressed(original, to, pieces: pieces)
      for step in [1000, 1 << 20] {
        let (found, outcome, unused) = try decompressed(stream + [1, 2, 3], from, step: step)
        #expect(found == original && outcome == .ended)
        // What follows the stream is left.
        #expect(unused == 3)
      }
    }
  }

  /// Blocks of several streams, one after the other, are one stream.
  @Test func blocksCanBeJoined() throws {
    let original = bytes(100_000)
    var stream: [UInt8] = []
    for half in [original[..<50_000], original[50_000...]] {
      let deflater = try #require(Deflater(.none, level: 1))
      half.withUnsafeBytes { bytes in
        deflater.compress(bytes, ending: .block) { stream += $0 }
      }
    }
    // An empty last block.
    let (found, outcome, _) = try decompressed(stream + [3, 0], .none, step: 4096)
    #expect(found == original && outcome == .ended)
  }

  /// Python's `zlib.compress(b"hello hello hello hello")`.
  @Test func streamsOfPythonAreRead() throws {
    let zlib: [UInt8] = [
      0x78, 0x9C, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x57, 0xC8, 0x40, 0x27, 0x01, 0x68, 0x03, 0x08,
      0xB1,
    ]
    let (found, outcome, unused) = try decompressed(zlib, .gzipOrZlib, step: 5)
    #expect(found == Array("hello hello hello hello".utf8) && outcome == .ended && unused == 0)
    var damaged = zlib
    damaged[15] ^= 1
    guard case .damaged = try decompressed(damaged, .gzipOrZlib, step: 64).outcome else {
      Issue.record("a wrong checksum was not noticed")
      return
    }
    #expect(try decompressed(Array(zlib.dropLast(6)), .gzipOrZlib, step: 64).outcome == .goesOn)
  }

  @Test func checksumIsTheStandards() {
    // The check value of CRC-32.
    let digits = Array("123456789".utf8)
    digits.withUnsafeBytes { bytes in
      #expect(crc32(of: bytes) == 0xCBF4_3926)
      let start = crc32(of: UnsafeRawBufferPointer(rebasing: bytes[..<4]))
      #expect(crc32(of: UnsafeRawBufferPointer(rebasing: bytes[4...]), after: start) == 0xCBF4_3926)
      #expect(crc32(of: UnsafeRawBufferPointer(start: nil, count: 0), after: 7) == 7)
    }
  }

  @Test func streamsCanBeReset() throws {
    let stream = try compressed(bytes(100), .gzip, pieces: 1)
    let inflater = try #require(Inflater(.gzipOrZlib))
    for _ in 0..<2 {
      var room = [UInt8](repeating: 0, count: 200)
      stream.withUnsafeBytes { given in
        room.withUnsafeMutableBytes { filled in
          var (input, output) = (given, filled)
          #expect(inflater.step(from: &input, to: &output) == .ended)
          #expect(output.count == 100)
        }
      }
      #expect(Array(room[..<100]) == bytes(100))
      inflater.reset()
    }
  }
}

/// Where one file of a zip archive lies.
///
/// - Source: PKWARE's APPNOTE.TXT 6.3.10, with the 64-bit extensions.
struct ZipEntry {
  /// Whether its bytes are deflated, or else stored as they are.
  let isDeflated: Bool
  /// Where its bytes begin in the archive.
  let offset: Int
  /// How many bytes it takes in the archive.
  let storedSize: Int
  /// How many bytes it is.
  let size: Int
  /// CRC-32 of its bytes.
  let checksum: UInt32

  /// Finds a file by its name.
  init(named name: String, in file: InputFile) throws(VolumeFileError) {
    let directory = try ZipDirectory(file)
    var entries = ByteReader(directory.bytes)
    for _ in 0..<directory.entryCount {
      guard entries.remaining >= 46, entries.number(0, 4) == 0x0201_4B50 else { break }
      let lengths = [28, 30, 32].map { entries.number($0, 2) }
      guard entries.remaining >= 46 + lengths.reduce(0, +) else { break }
      if entries.text(46, lengths[0]) == name {
        self = try Self(entries, extra: 46 + lengths[0], extraLength: lengths[1], name, file)
        return
      }
      entries.advance(46 + lengths.reduce(0, +))
    }
    throw .damagedHeader(path: file.path, problem: "the archive has no file \(name)")
  }

  /// Interprets an entry of the central directory.
  private init(
    _ entry: ByteReader, extra: Int, extraLength: Int, _ name: String, _ file: InputFile
  ) throws(VolumeFileError) {
    func damaged(_ problem: String) -> VolumeFileError {
      .damagedHeader(path: file.path, problem: "\(name): \(problem)")
    }
    let method = entry.number(10, 2)
    guard method == 0 || method == 8, entry.number(8, 2) & 1 == 0 else {
      throw .unsupported(
        path: file.path, feature: "a file that is encrypted or compressed by method \(method) is",
        cure: "write it with numpy.savez_compressed")
    }
    // Size, stored size and place, each in the 64-bit field where it does not fit.
    var numbers = [entry.number(24, 4), entry.number(20, 4), entry.number(42, 4)]
    var position = extra
    while position + 4 <= extra + extraLength {
      let (tag, length) = (entry.number(position, 2), entry.number(position + 2, 2))
      var field = position + 4
      position = field + length
      guard tag == 1, position <= extra + extraLength else { continue }
      for index in numbers.indices where numbers[index] == 0xFFFF_FFFF {
        guard field + 8 <= position else { throw damaged("its sizes are missing") }
        numbers[index] = entry.number(field, 8)
        field += 8
      }
    }
    let start = numbers[2]
    guard start >= 0, start <= file.size - 30 else { throw damaged("it lies outside the archive") }
    let local = ByteReader(try file.bytes(at: start, count: 30))
    guard local.remaining == 30, local.number(0, 4) == 0x0403_4B50 else {
      throw damaged("it has no header where the directory says")
    }
    offset = start + 30 + local.number(26, 2) + local.number(28, 2)
    isDeflated = method == 8
    size = numbers[0]
    storedSize = numbers[1]
    checksum = UInt32(truncatingIfNeeded: entry.number(16, 4))
    guard size >= 0, storedSize >= 0, storedSize <= file.size - offset,
      // No deflated byte stands for more than 1032.
      isDeflated ? size / 1032 <= storedSize : size == storedSize
    else { throw damaged("it does not fit into the archive; copy the file again") }
  }
}

/// The list of files at the end of a zip archive.
private struct ZipDirectory {
  let bytes: [UInt8]
  let entryCount: Int

  init(_ file: InputFile) throws(VolumeFileError) {
    // The last record is followed by a comment of at most 65535 bytes.
    let tail = ByteReader(
      try file.bytes(at: max(0, file.size - 65_557), count: min(file.size, 65_557)))
    let start = stride(from: tail.remaining - 22, through: 0, by: -1).first {
      tail.number($0, 4) == 0x0605_4B50
    }
    guard let start else {
      throw .damagedHeader(
        path: file.path, problem: "not a complete zip archive; write or copy the file again")
    }
    var (count, size, offset) = (
      tail.number(start + 10, 2), tail.number(start + 12, 4), tail.number(start + 16, 4)
    )
    if count == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF, start >= 20,
      tail.number(start - 20, 4) == 0x0706_4B50
    {
      let record = ByteReader(try file.bytes(at: max(0, tail.number(start - 12, 8)), count: 56))
      guard record.remaining == 56, record.number(0, 4) == 0x0606_4B50 else {
        throw .damagedHeader(path: file.path, problem: "its 64-bit directory is missing")
      }
      (count, size, offset) = (record.number(32, 8), record.number(40, 8), record.number(48, 8))
    }
    guard count >= 0, size >= 0, size <= 1 << 26, offset >= 0, offset <= file.size - size else {
      throw .damagedHeader(path: file.path, problem: "its directory lies outside the file")
    }
    entryCount = count
    bytes = try file.bytes(at: offset, count: size)
  }
}

/// Little-endian numbers in bytes.
private struct ByteReader {
  private let bytes: [UInt8]
  private var start = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var remaining: Int { bytes.count - start }

  mutating func advance(_ count: Int) { start += count }

  /// A number of up to 8 bytes; negative above 2^63.
  func number(_ offset: Int, _ length: Int) -> Int {
    var value: UInt64 = 0
    for index in (0..<length).reversed() {
      value = value << 8 | UInt64(bytes[start + offset + index])
    }
    return Int(truncatingIfNeeded: value)
  }

  func text(_ offset: Int, _ length: Int) -> String {
    String(decoding: bytes[start + offset..<start + offset + length], as: UTF8.self)
  }
}

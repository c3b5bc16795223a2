/// The bytes of a file from a position on, decompressed if they are compressed, in order.
final class ByteStream {
  /// How the bytes are stored.
  enum Compression {
    case none
    /// gzip or zlib, told apart by their first bytes.
    case deflate
  }

  let file: InputFile
  let compression: Compression
  private let start: Int
  private var position: Int
  private var decompressed: DecompressedBytes?

  init(_ file: InputFile, from start: Int, _ compression: Compression) throws(VolumeFileError) {
    self.file = file
    self.compression = compression
    self.start = start
    position = start
    if compression == .deflate {
      decompressed = try DecompressedBytes(path: file.path) {
        [unowned self] (buffer) throws(VolumeFileError) in try self.readStored(buffer)
      }
    }
  }

  /// Compressed bytes in the file, or simply bytes.
  var storedBytes: Int { max(0, file.size - start) }

  /// The same bytes from their beginning.
  func restarted() throws(VolumeFileError) -> ByteStream {
    try ByteStream(file, from: start, compression)
  }

  /// Reads on; fewer bytes only at the end.
  func read(_ bytes: UnsafeMutableRawBufferPointer) throws(VolumeFileError) -> Int {
    if let decompressed { return try decompressed.read(bytes) }
    return try readStored(bytes)
  }

  /// Reads on into a new array; fewer bytes only at the end.
  func read(_ count: Int) throws(VolumeFileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let found = try bytes.withUnsafeMutableBufferPointer { (buffer) throws(VolumeFileError) in
      try read(UnsafeMutableRawBufferPointer(buffer))
    }
    bytes.removeLast(count - found)
    return bytes
  }

  /// Passes over bytes; returns how many there were.
  func skip(_ count: Int) throws(VolumeFileError) -> Int {
    guard decompressed != nil else {
      let passed = min(count, max(0, file.size - position))
      position += passed
      return passed
    }
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 64)
    defer { scratch.deallocate() }
    var passed = 0
    while passed < count {
      let length = min(scratch.count, count - passed)
      let found = try read(UnsafeMutableRawBufferPointer(rebasing: scratch[..<length]))
      passed += found
      if found < length { break }
    }
    return passed
  }

  private func readStored(
    _ bytes: UnsafeMutableRawBufferPointer
  ) throws(VolumeFileError) -> Int {
    let count = try file.read(bytes, at: position)
    position += count
    return count
  }
}

extension ByteStream {
  /// Throws unless the stream can hold `count` bytes, before memory is given to them.
  ///
  /// Stored bytes are counted by the file's length. Compressed bytes tell their number only when they
  /// are decompressed. A zlib stream, or a gzip stream whose last four bytes agree with `count`, is
  /// left unproved, for memory to grow with what arrives; a gzip stream that contradicts `count` is
  /// decompressed once to be counted.
  ///
  /// - Parameters:
  ///   - count: Bytes to follow the first `leading`.
  ///   - leading: Bytes of header in the same stream.
  /// - Returns: Whether the bytes were counted.
  /// - Throws: ``VolumeFileError/truncated(path:expectedBytes:foundBytes:)``.
  func verify(_ count: Int, after leading: Int) throws(VolumeFileError) -> VoxelEvidence {
    let found: Int
    let total = leading + count
    switch compression {
    case .none: found = storedBytes - leading
    case .deflate:
      // No deflate stream unpacks to more than 1032 times its length.
      let (bound, isHuge) = storedBytes.multipliedReportingOverflow(by: 1032)
      if isHuge || total <= bound {
        guard let length = try gzipLength() else { return .claimed }
        if length == UInt32(truncatingIfNeeded: total) { return .claimed }
        found = try restarted().skip(total) - leading
      } else {
        // The promise is impossible; counting all that is there tells by how much.
        found = try restarted().skip(.max) - leading
      }
    }
    guard found >= count else {
      throw .truncated(path: file.path, expectedBytes: count, foundBytes: max(0, found))
    }
    return .counted
  }

  /// The length modulo 2^32 at the end of a gzip stream; nil for other streams.
  private func gzipLength() throws(VolumeFileError) -> UInt32? {
    let head = try file.bytes(at: start, count: 2)
    guard head == [0x1F, 0x8B], storedBytes >= 18 else { return nil }
    let tail = try file.bytes(at: file.size - 4, count: 4)
    return tail.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}

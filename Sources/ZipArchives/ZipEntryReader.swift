import DeflateStreams

/// Reads an entry of an archive from its beginning to its end, so that it needs no memory of its size.
///
/// What is wrong with the entry may become known only with its last bytes: keep what is made of the others aside until then.
public final class ZipEntryReader {
  /// The entry.
  public let entry: ZipEntry
  /// Number of bytes that were not read yet.
  public private(set) var unread: Int

  private let archive: ZipArchive
  private let inflater: Inflater?
  private var input: UnsafeRawBufferPointer
  private var checksum: UInt32 = 0

  /// A reader at the beginning of an entry.
  ///
  /// - Parameters:
  ///   - entry: One of the archive's entries.
  ///   - archive: The archive.
  /// - Throws: ``ZipError/unreadable(path:reason:)`` if there is no memory to decompress.
  public init(_ entry: ZipEntry, of archive: ZipArchive) throws(ZipError) {
    self.entry = entry
    self.archive = archive
    unread = entry.byteCount
    input = archive.file.bytes(entry.data)
    switch entry.method {
    case .stored: inflater = nil
    case .deflated:
      guard let inflater = Inflater(.none) else {
        throw .unreadable(path: archive.path, reason: "no memory to decompress")
      }
      self.inflater = inflater
    }
  }

  /// Reads on; with the last byte the checksum is compared, and that there is no more.
  ///
  /// - Parameter bytes: Where they go; no more than there are left. A file of no bytes is checked by reading none.
  /// - Throws: ``ZipError`` if the entry is damaged.
  public func read(into bytes: UnsafeMutableRawBufferPointer) throws(ZipError) {
    precondition(bytes.count <= unread, "\(bytes.count) bytes of \(unread)")
    if let inflater {
      try inflate(inflater, into: bytes)
    } else {
      bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[..<bytes.count]))
      input = UnsafeRawBufferPointer(rebasing: input[bytes.count...])
    }
    checksum = crc32(of: UnsafeRawBufferPointer(bytes), after: checksum)
    unread -= bytes.count
    if unread == 0 { try checkEnd() }
  }

  private func inflate(
    _ inflater: Inflater, into bytes: UnsafeMutableRawBufferPointer
  ) throws(ZipError) {
    var rest = bytes
    while !rest.isEmpty {
      let (before, room) = (input.count, rest.count)
      switch inflater.step(from: &input, to: &rest) {
      case .goesOn:
        if input.count == before, rest.count == room {
          throw invalid("its compressed bytes end too early")
        }
      case .ended:
        guard rest.isEmpty else {
          let found = entry.byteCount - unread + bytes.count - rest.count
          throw invalid("it holds \(found) bytes, not the \(entry.byteCount) it claims")
        }
      case .damaged: throw invalid("its compressed bytes are damaged")
      }
    }
  }

  /// Checks that the compressed bytes end where the entry does, and their checksum.
  private func checkEnd() throws(ZipError) {
    var hasEnded = inflater == nil
    while let inflater, !hasEnded {
      let before = input.count
      // Room for a byte that must not come.
      var surplus: UInt8 = 0
      let (outcome, left) = withUnsafeMutableBytes(of: &surplus) { buffer in
        var room = buffer
        return (inflater.step(from: &input, to: &room), room.count)
      }
      guard left == 1 else {
        throw invalid("it holds more than the \(entry.byteCount) bytes it claims")
      }
      switch outcome {
      case .goesOn:
        if input.count == before { throw invalid("its compressed bytes end too early") }
      case .ended: hasEnded = true
      case .damaged: throw invalid("its compressed bytes are damaged")
      }
    }
    guard input.isEmpty else { throw invalid("bytes follow its compressed bytes") }
    try archive.check(checksum, of: entry)
  }

  private func invalid(_ problem: String) -> ZipError {
    .invalidEntry(path: archive.path, name: entry.name, problem: problem)
  }
}

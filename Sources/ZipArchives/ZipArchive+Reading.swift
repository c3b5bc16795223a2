import CZlib
import FileOutput

extension ZipArchive {
  /// Reads an entry piece by piece, so that it needs no memory of its size.
  ///
  /// What is wrong with the entry may become known only after pieces were handed over: keep what is made of them aside until this returns.
  ///
  /// - Parameters:
  ///   - entry: One of ``entries``.
  ///   - take: Called with the bytes in order; together never more than ``ZipEntry/byteCount``.
  /// - Throws: ``ZipError`` if the entry is damaged, or what `take` throws.
  public func read(
    _ entry: ZipEntry, _ take: (UnsafeRawBufferPointer) throws(ZipError) -> Void
  ) throws(ZipError) {
    switch entry.method {
    case .stored: try take(storedBytes(of: entry))
    case .deflated: try inflate(entry, take)
    }
  }

  /// Unpacks an entry to a file, which gets its name only when it is complete and sound.
  ///
  /// - Parameters:
  ///   - entry: One of ``entries``.
  ///   - target: The file's path; its folder must exist.
  /// - Throws: ``ZipError`` if the entry is damaged or the file cannot be written.
  public func unpack(_ entry: ZipEntry, to target: String) throws(ZipError) {
    let output = try open(target)
    try read(entry) { (piece) throws(ZipError) in
      do throws(FileOutputError) { try output.write(piece) } catch { throw .output(error) }
    }
    do throws(FileOutputError) { try output.commit() } catch { throw .output(error) }
  }

  private func open(_ target: String) throws(ZipError) -> AtomicFile {
    do throws(FileOutputError) { return try AtomicFile(replacing: target) } catch {
      throw .output(error)
    }
  }

  private func inflate(
    _ entry: ZipEntry, _ take: (UnsafeRawBufferPointer) throws(ZipError) -> Void
  ) throws(ZipError) {
    func invalid(_ problem: String) -> ZipError {
      .invalidEntry(path: path, name: entry.name, problem: problem)
    }
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer {
      inflateEnd(stream)
      stream.deallocate()
      piece.deallocate()
    }
    guard delineate_inflate_start_raw(stream) == Z_OK else {
      throw .unreadable(path: path, reason: "no memory to decompress")
    }
    var input = file.bytes(entry.data)[...]
    var (total, checksum, status) = (0, UInt32(0), Z_OK)
    while status != Z_STREAM_END {
      if stream.pointee.avail_in == 0 {
        let next = UnsafeRawBufferPointer(rebasing: input.prefix(1 << 30))
        guard let start = next.baseAddress, !next.isEmpty else {
          throw invalid("its compressed bytes end too early")
        }
        // zlib does not write to its input.
        stream.pointee.next_in = UnsafeMutablePointer(
          mutating: start.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(next.count)
        input = input.dropFirst(next.count)
      }
      stream.pointee.next_out = piece.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_out = UInt32(piece.count)
      status = CZlib.inflate(stream, Z_NO_FLUSH)
      guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
        throw invalid("its compressed bytes are damaged")
      }
      let made = UnsafeRawBufferPointer(
        rebasing: piece.prefix(piece.count - Int(stream.pointee.avail_out)))
      total += made.count
      guard total <= entry.byteCount else {
        throw invalid("it holds more than the \(entry.byteCount) bytes it claims")
      }
      checksum = crc32(of: made, after: checksum)
      if !made.isEmpty { try take(made) }
    }
    guard total == entry.byteCount else {
      throw invalid("it holds \(total) bytes, not the \(entry.byteCount) it claims")
    }
    guard stream.pointee.avail_in == 0, input.isEmpty else {
      throw invalid("bytes follow its compressed bytes")
    }
    try check(checksum, of: entry)
  }
}

/// The CRC-32 of bytes, or of more bytes after others.
func crc32(of bytes: UnsafeRawBufferPointer, after start: UInt32 = 0) -> UInt32 {
  UInt32(
    truncatingIfNeeded: crc32_z(
      uLong(start), bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
}

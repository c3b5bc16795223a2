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
    if entry.method == .stored { return try take(storedBytes(of: entry)) }
    let reader = try ZipEntryReader(entry, of: self)
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer { room.deallocate() }
    repeat {
      let piece = UnsafeMutableRawBufferPointer(rebasing: room[..<min(room.count, reader.unread)])
      try reader.read(into: piece)
      if !piece.isEmpty { try take(UnsafeRawBufferPointer(piece)) }
    } while reader.unread > 0
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
}

import DeflateStreams
import FileOutput

/// Writes a zip archive; its name stands for the old content until the new one is complete and on disk.
///
/// Equal entries give equal bytes: the entries carry no time of writing. Archives and entries beyond 4 GiB use zip64.
///
/// ```swift
/// var archive = try ZipWriter(replacing: "model.zip")
/// try archive.add("model/plans.json", bytes)
/// try archive.finish()
/// ```
///
/// - Source: PKWARE, APPNOTE.TXT 6.3.10.
public struct ZipWriter: ~Copyable {
  /// Takes the next piece of an entry's bytes.
  public typealias Append = (UnsafeRawBufferPointer) throws(ZipError) -> Void

  /// As zlib and numpy choose.
  private static let level = 6

  private let file: AtomicFile
  private var position = 0
  private var written: [WrittenEntry] = []
  private var names = Set<String>()

  /// Begins an archive.
  ///
  /// - Parameter path: Path of the archive; its folder must exist.
  /// - Throws: ``ZipError/output(_:)``.
  public init(replacing path: String) throws(ZipError) {
    do throws(FileOutputError) { file = try AtomicFile(replacing: path) } catch {
      throw .output(error)
    }
  }

  /// Adds a file.
  ///
  /// - Parameters:
  ///   - name: Its name, with slashes between folders.
  ///   - bytes: Its content.
  ///   - method: How it is kept.
  /// - Throws: ``ZipError/unwritable(path:reason:)`` if the name is taken or leaves its folder, or ``ZipError/output(_:)``.
  public mutating func add(
    _ name: String, _ bytes: [UInt8], method: ZipEntry.Method = .deflated
  ) throws(ZipError) {
    try add(name, byteCount: bytes.count, method: method) { (append) throws(ZipError) in
      try bytes.withBytes { (buffer) throws(ZipError) in try append(buffer) }
    }
  }

  /// Adds a file whose bytes are made while it is written.
  ///
  /// - Parameters:
  ///   - name: Its name, with slashes between folders.
  ///   - byteCount: Number of bytes it will have.
  ///   - method: How it is kept.
  ///   - alignment: For a stored file, what its place in the archive is a multiple of.
  ///   - write: Hands over the content in one or more pieces.
  /// - Throws: ``ZipError/unwritable(path:reason:)`` if the name is taken or leaves its folder, or the content has another length;
  ///   ``ZipError/output(_:)``, or what `write` throws.
  public mutating func add(
    _ name: String, byteCount: Int, method: ZipEntry.Method = .deflated, alignment: Int = 1,
    writing write: (Append) throws(ZipError) -> Void
  ) throws(ZipError) {
    if let defect = defect(ofName: Array(name.utf8)) {
      throw unwritable("\(quoted(name)): \(defect)")
    }
    guard names.insert(name).inserted else {
      throw unwritable("the name \(quoted(name)) occurs twice")
    }
    var entry = WrittenEntry(name: name, method: method, byteCount: byteCount, offset: position)
    let header = entry.localHeader(alignment: alignment)
    try header.withBytes { (bytes) throws(ZipError) in try append(bytes) }
    let start = position
    var (checksum, total) = (UInt32(0), 0)
    let deflater = method == .deflated ? Deflater(.none, level: Self.level) : nil
    guard method == .stored || deflater != nil else {
      throw unwritable("no memory to compress")
    }
    try write { (piece) throws(ZipError) in
      checksum = crc32(of: piece, after: checksum)
      total += piece.count
      guard total <= byteCount else { return }
      if let deflater {
        try deflater.compress(piece) { (made) throws(ZipError) in try append(made) }
      } else {
        try append(piece)
      }
    }
    guard total == byteCount else {
      throw unwritable("\(quoted(name)): \(total) bytes were given, not \(byteCount)")
    }
    let end = UnsafeRawBufferPointer(start: nil, count: 0)
    try deflater?.compress(end, ending: .stream) { (made) throws(ZipError) in try append(made) }
    entry.checksum = checksum
    entry.compressedByteCount = position - start
    for (bytes, offset) in entry.corrections {
      do throws(FileOutputError) { try file.replace(bytes, at: entry.offset + offset) } catch {
        throw .output(error)
      }
    }
    written.append(entry)
  }

  /// Writes the list of entries and gives the archive its name.
  ///
  /// - Throws: ``ZipError/output(_:)``; the name then keeps its previous content.
  public consuming func finish() throws(ZipError) {
    let start = position
    var list: [UInt8] = []
    for entry in written { list += entry.centralHeader }
    list += endRecords(entries: written.count, start: start, byteCount: list.count)
    do throws(FileOutputError) {
      try file.write(list.span.bytes)
      try file.commit()
    } catch {
      throw .output(error)
    }
  }

  private func unwritable(_ reason: String) -> ZipError {
    .unwritable(path: file.path, reason: reason)
  }

  private mutating func append(_ bytes: UnsafeRawBufferPointer) throws(ZipError) {
    do throws(FileOutputError) { try file.write(bytes) } catch { throw .output(error) }
    position += bytes.count
  }
}

import DeflateStreams

/// A zip archive opened for reading, mapped into memory.
///
/// The archive is distrusted: before any entry is used, every claim of its directory is checked against the entries' own headers, against
/// one another and against the size of the file. Entries that overlap, names that repeat or leave their folder, sizes that DEFLATE cannot
/// reach, encryption and split archives are refused. What an entry holds is checked against its CRC-32 when it is read.
///
/// - Source: PKWARE, APPNOTE.TXT 6.3.10, with zip64; RFC 1951 for DEFLATE.
public final class ZipArchive: Sendable {
  /// The path the archive was opened at.
  public var path: String { file.path }
  /// The entries, in the order of the directory.
  public let entries: [ZipEntry]

  let file: FileBytes
  private let places: [String: Int]

  /// The largest number of bytes that one byte of DEFLATE can stand for.
  ///
  /// A match of 258 bytes takes at least two bits.
  static let largestRatio = 1032

  /// Opens an archive and checks its directory.
  ///
  /// - Parameter path: Path of the file.
  /// - Throws: ``ZipError`` if the file cannot be opened, is no archive, or is not sound.
  /// - Complexity: O(entries · log(entries)).
  public convenience init(contentsOf path: String) throws(ZipError) {
    try self.init(FileBytes(contentsOf: path))
  }

  /// Opens an archive in memory.
  ///
  /// - Parameters:
  ///   - bytes: The archive.
  ///   - name: What messages call it.
  /// - Throws: ``ZipError`` if it is no archive, or not sound.
  public convenience init(_ bytes: [UInt8], named name: String) throws(ZipError) {
    try self.init(FileBytes(bytes, named: name))
  }

  private init(_ file: FileBytes) throws(ZipError) {
    self.file = file
    let entries = try ZipDirectory(of: file).entries
    self.entries = entries
    places = Dictionary(
      entries.indices.map { (entries[$0].name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The entry of a name, or nil.
  public func entry(named name: String) -> ZipEntry? { places[name].map { entries[$0] } }

  /// The bytes of an entry, decompressed and checked.
  ///
  /// - Parameters:
  ///   - entry: One of ``entries``.
  ///   - limit: The largest number of bytes to make room for.
  /// - Returns: The bytes.
  /// - Throws: ``ZipError`` if the entry is larger than the limit or damaged.
  public func contents(
    of entry: ZipEntry, limit: Int = 1 << 30
  ) throws(ZipError) -> [UInt8] {
    guard entry.byteCount <= limit else {
      throw .tooLarge(path: path, name: entry.name, bytes: entry.byteCount, limit: limit)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(entry.byteCount)
    try read(entry) { (piece) throws(ZipError) in bytes.append(contentsOf: piece) }
    return bytes
  }

  /// The bytes of the entry of a name.
  ///
  /// - Parameters:
  ///   - name: A name.
  ///   - limit: The largest number of bytes to make room for.
  /// - Returns: The bytes.
  /// - Throws: ``ZipError/missingEntry(path:name:)``, or as ``contents(of:limit:)``.
  public func contents(
    named name: String, limit: Int = 1 << 30
  ) throws(ZipError) -> [UInt8] {
    guard let entry = entry(named: name) else { throw .missingEntry(path: path, name: name) }
    return try contents(of: entry, limit: limit)
  }

  /// The bytes of a stored entry in place, checked, without copying.
  ///
  /// - Parameter entry: One of ``entries``.
  /// - Returns: The bytes, valid while this archive is alive (`withExtendedLifetime`).
  /// - Throws: ``ZipError`` if the entry is compressed or damaged.
  public func storedBytes(of entry: ZipEntry) throws(ZipError) -> UnsafeRawBufferPointer {
    guard entry.method == .stored else {
      throw .unsupportedEntry(path: path, name: entry.name, problem: "it is compressed")
    }
    let bytes = file.bytes(entry.data)
    try check(crc32(of: bytes), of: entry)
    return bytes
  }

  /// Compares a checksum with the directory's.
  func check(_ found: UInt32, of entry: ZipEntry) throws(ZipError) {
    guard found == entry.checksum else {
      throw .invalidEntry(
        path: path, name: entry.name, problem: "its bytes do not have their checksum")
    }
  }
}

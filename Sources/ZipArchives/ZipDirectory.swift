/// Reads and checks the list of entries at the end of a zip archive.
struct ZipDirectory {
  private(set) var entries: [ZipEntry] = []
  private let file: FileBytes
  private let bytes: UnsafeRawBufferPointer

  init(of file: FileBytes) throws(ZipError) {
    self.file = file
    bytes = file.bytes
    let end = try ZipEndRecord(of: file)
    // The name of an entry and its offset; the data's place is in the entry's own header.
    var headers: [(entry: CentralHeader, start: Int)] = []
    var place = end.directory.lowerBound
    for _ in 0..<end.entryCount {
      let header = try CentralHeader(at: &place, before: end.directory.upperBound, of: file)
      headers.append((header, header.offset))
    }
    guard place == end.directory.upperBound else {
      throw .damagedDirectory(path: file.path, problem: "its list of entries has a wrong length")
    }
    var names = Set<String>()
    for (header, _) in headers {
      let entry = try entry(header, before: end.directory.lowerBound)
      // Folders and files of one name cannot stand side by side either.
      guard names.insert(entry.isFolder ? String(entry.name.dropLast()) : entry.name).inserted
      else {
        throw .invalidEntry(path: file.path, name: entry.name, problem: "its name occurs twice")
      }
      entries.append(entry)
    }
    try checkOverlaps(headers.map(\.start))
  }

  /// An entry from its two headers, which must agree.
  private func entry(_ central: CentralHeader, before limit: Int) throws(ZipError) -> ZipEntry {
    let name = central.name
    func invalid(_ problem: String) -> ZipError {
      .invalidEntry(path: file.path, name: name, problem: problem)
    }
    if let problem = central.problem {
      throw .unsupportedEntry(path: file.path, name: name, problem: problem)
    }
    guard let method = ZipEntry.Method(rawValue: central.method) else {
      throw .unsupportedEntry(
        path: file.path, name: name, problem: "its compression method \(central.method) is unknown")
    }
    let place = central.offset
    guard place <= limit - LocalHeader.byteCount else {
      throw invalid("it begins after the entries")
    }
    guard bytes.number(UInt32.self, at: place) == LocalHeader.signature else {
      throw invalid("there is no entry where the list says it is")
    }
    let local = LocalHeader(bytes, at: place)
    let start = place + LocalHeader.byteCount + local.nameLength + local.extraLength
    guard central.compressedByteCount <= limit, start <= limit - central.compressedByteCount else {
      throw invalid("its \(central.compressedByteCount) bytes reach past the end of the entries")
    }
    let nameStart = place + LocalHeader.byteCount
    let localName = file.bytes(nameStart..<nameStart + local.nameLength)
    guard localName.elementsEqual(name.utf8) else { throw invalid("it has two names") }
    guard local.method == central.method, (local.flags ^ central.flags) & 1 == 0 else {
      throw invalid("its two headers differ in how it is kept")
    }
    // Sizes behind the data, or in the extra field, leave these empty.
    let counts = [
      (local.byteCount, central.byteCount),
      (local.compressedByteCount, central.compressedByteCount),
    ]
    for (own, listed) in counts where local.flags & 8 == 0 && own != .max {
      guard Int(own) == listed else {
        throw invalid("it claims \(own) bytes in one place and \(listed) in another")
      }
    }
    switch method {
    case .stored where central.byteCount != central.compressedByteCount:
      throw invalid(
        "it claims \(central.byteCount) bytes but keeps \(central.compressedByteCount)")
    case .deflated where central.byteCount / ZipArchive.largestRatio > central.compressedByteCount:
      throw invalid(
        "it claims \(central.byteCount) bytes, which \(central.compressedByteCount) compressed "
          + "bytes cannot hold")
    default: break
    }
    if name.hasSuffix("/"), central.byteCount > 0 { throw invalid("it is a folder with bytes") }
    return ZipEntry(
      name: name, method: method, byteCount: central.byteCount,
      compressedByteCount: central.compressedByteCount, checksum: central.checksum,
      data: start..<start + central.compressedByteCount)
  }

  /// Refuses entries that share bytes, from which small archives of huge content are made.
  private func checkOverlaps(_ starts: [Int]) throws(ZipError) {
    var end = 0
    for (entry, start) in zip(entries, starts).sorted(by: { $0.1 < $1.1 }) {
      guard start >= end else {
        throw .invalidEntry(
          path: file.path, name: entry.name, problem: "it overlaps with another entry")
      }
      end = entry.data.upperBound
    }
  }
}

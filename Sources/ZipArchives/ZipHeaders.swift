/// The header in front of an entry's bytes.
struct LocalHeader {
  static let signature: UInt32 = 0x0403_4B50
  static let byteCount = 30

  let flags, method: UInt16
  let compressedByteCount, byteCount: UInt32
  let nameLength, extraLength: Int

  /// - Parameters:
  ///   - bytes: The archive.
  ///   - place: Where the header is; all of it lies within the archive.
  init(_ bytes: UnsafeRawBufferPointer, at place: Int) {
    flags = bytes.number(UInt16.self, at: place + 6)
    method = bytes.number(UInt16.self, at: place + 8)
    compressedByteCount = bytes.number(UInt32.self, at: place + 18)
    byteCount = bytes.number(UInt32.self, at: place + 22)
    nameLength = Int(bytes.number(UInt16.self, at: place + 26))
    extraLength = Int(bytes.number(UInt16.self, at: place + 28))
  }
}

/// An entry of the list at the end of an archive.
struct CentralHeader {
  static let signature: UInt32 = 0x0201_4B50
  static let byteCount = 46

  let name: String
  let flags, method: UInt16
  let checksum: UInt32
  private(set) var byteCount, compressedByteCount, offset: Int

  /// What makes the entry one that is not read, or nil.
  var problem: String? {
    if flags & 0x2041 != 0 { return "it is encrypted" }
    if flags & 0x20 != 0 { return "it is a patch of another file" }
    return nil
  }

  /// Reads the header at a place and moves the place behind it.
  init(at place: inout Int, before end: Int, of file: FileBytes) throws(ZipError) {
    let (bytes, start, path) = (file.bytes, place, file.path)
    func damaged(_ problem: String) -> ZipError { .damagedDirectory(path: path, problem: problem) }
    guard start <= end - Self.byteCount,
      bytes.number(UInt32.self, at: start) == Self.signature
    else { throw damaged("its list of entries is shorter than it says") }
    let lengths = [28, 30, 32].map { Int(bytes.number(UInt16.self, at: start + $0)) }
    guard lengths.reduce(0, +) <= end - start - Self.byteCount else {
      throw damaged("an entry of its list reaches past the end of the list")
    }
    let nameStart = start + Self.byteCount
    let nameBytes = Array(file.bytes(nameStart..<nameStart + lengths[0]))
    name = String(decoding: nameBytes, as: UTF8.self)
    if let defect = defect(ofName: nameBytes) {
      throw .invalidEntry(path: path, name: name, problem: defect)
    }
    flags = bytes.number(UInt16.self, at: start + 8)
    method = bytes.number(UInt16.self, at: start + 10)
    checksum = bytes.number(UInt32.self, at: start + 16)
    compressedByteCount = Int(bytes.number(UInt32.self, at: start + 20))
    byteCount = Int(bytes.number(UInt32.self, at: start + 24))
    offset = Int(bytes.number(UInt32.self, at: start + 42))
    // The upper half of the file's mode as Unix keeps it; 0xA000 is a link.
    if bytes[start + 5] == 3, bytes.number(UInt32.self, at: start + 38) >> 28 == 0xA {
      throw .invalidEntry(path: path, name: name, problem: "it is a symbolic link")
    }
    let disk = bytes.number(UInt16.self, at: start + 34)
    guard disk == 0 || disk == .max else { throw damaged("it is one part of several") }
    let extraStart = nameStart + lengths[0]
    try readLargeNumbers(file.bytes(extraStart..<extraStart + lengths[1]), path: path)
    place = extraStart + lengths[1] + lengths[2]
  }

  /// Takes numbers of 64 bits from the extra field where 32 bits have no room for them.
  private mutating func readLargeNumbers(
    _ extra: UnsafeRawBufferPointer, path: String
  ) throws(ZipError) {
    let marker = Int(UInt32.max)
    guard byteCount == marker || compressedByteCount == marker || offset == marker else { return }
    func damaged() -> ZipError {
      .invalidEntry(path: path, name: name, problem: "its numbers of 64 bits are missing or absurd")
    }
    var place = 0
    while place <= extra.count - 4 {
      let length = Int(extra.number(UInt16.self, at: place + 2))
      guard length <= extra.count - place - 4 else { throw damaged() }
      guard extra.number(UInt16.self, at: place) == 1 else {
        place += 4 + length
        continue
      }
      var field = UnsafeRawBufferPointer(rebasing: extra[place + 4..<place + 4 + length])
      for number in [\CentralHeader.byteCount, \.compressedByteCount, \.offset]
      where self[keyPath: number] == marker {
        guard field.count >= 8, let value = Int(exactly: field.number(UInt64.self, at: 0)) else {
          throw damaged()
        }
        self[keyPath: number] = value
        field = UnsafeRawBufferPointer(rebasing: field.dropFirst(8))
      }
      return
    }
    throw damaged()
  }
}

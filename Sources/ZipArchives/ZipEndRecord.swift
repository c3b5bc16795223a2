/// The record at the end of an archive, which tells where the list of entries is.
struct ZipEndRecord {
  static let signature: UInt32 = 0x0605_4B50
  static let byteCount = 22
  static let largeSignature: UInt32 = 0x0606_4B50
  static let largeByteCount = 56
  static let locatorSignature: UInt32 = 0x0706_4B50
  static let locatorByteCount = 20

  let entryCount: Int
  /// Where the list is.
  let directory: Range<Int>

  init(of file: FileBytes) throws(ZipError) {
    let bytes = file.bytes
    guard let place = Self.find(in: bytes) else {
      throw .notAnArchive(path: file.path, problem: "it has no list of entries at its end")
    }
    func damaged(_ problem: String) -> ZipError {
      .damagedDirectory(path: file.path, problem: problem)
    }
    var count = UInt64(bytes.number(UInt16.self, at: place + 10))
    var size = UInt64(bytes.number(UInt32.self, at: place + 12))
    var offset = UInt64(bytes.number(UInt32.self, at: place + 16))
    var end = place
    let locator = place - Self.locatorByteCount
    let needsLarge = count == UInt16.max || size == UInt32.max || offset == UInt32.max
    if needsLarge, locator >= 0, bytes.number(UInt32.self, at: locator) == Self.locatorSignature {
      let large = bytes.number(UInt64.self, at: locator + 8)
      guard locator >= Self.largeByteCount, large <= UInt64(locator - Self.largeByteCount),
        bytes.number(UInt32.self, at: Int(large)) == Self.largeSignature
      else { throw damaged("its record of 64 bits is missing") }
      end = Int(large)
      count = bytes.number(UInt64.self, at: end + 32)
      size = bytes.number(UInt64.self, at: end + 40)
      offset = bytes.number(UInt64.self, at: end + 48)
    } else {
      let disks = [4, 6].map { bytes.number(UInt16.self, at: place + $0) }
      guard disks == [0, 0], bytes.number(UInt16.self, at: place + 8) == UInt16(count) else {
        throw damaged("it is one part of several")
      }
    }
    guard size <= UInt64(end), offset <= UInt64(end) - size else {
      throw damaged("its list of entries reaches past the end of the file")
    }
    guard count <= size / UInt64(CentralHeader.byteCount) else {
      throw damaged("it claims \(count) entries in a list of \(size) bytes")
    }
    entryCount = Int(count)
    directory = Int(offset)..<Int(offset + size)
  }

  /// The record's place: a comment of up to 65,535 bytes may follow it.
  private static func find(in bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count >= byteCount else { return nil }
    let last = bytes.count - byteCount
    for place in stride(from: last, through: max(0, last - Int(UInt16.max)), by: -1)
    where bytes.number(UInt32.self, at: place) == signature {
      if Int(bytes.number(UInt16.self, at: place + 20)) == last - place { return place }
    }
    return nil
  }
}

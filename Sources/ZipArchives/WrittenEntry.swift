/// An entry that is being written, and its headers.
struct WrittenEntry {
  let name: String
  let method: ZipEntry.Method
  let byteCount: Int
  /// Where its header is.
  let offset: Int
  var checksum: UInt32 = 0
  var compressedByteCount = 0

  /// Whether the sizes may need 64 bits: DEFLATE can add a little to what it cannot compress.
  private var hasLargeSizes: Bool { byteCount >= 0xFF00_0000 }
  private var version: UInt16 { hasLargeSizes || offset >= Int(UInt32.max) ? 45 : 20 }

  /// 1 January 1980, the first day there is: equal content gives equal archives.
  private static let date: UInt16 = 0x21
  /// Names are UTF-8.
  private static let flags: UInt16 = 0x800
  /// Marks an extra field that only fills space, as PyTorch does.
  private static let fillerTag: UInt16 = 0x4246

  /// The header before the bytes, with sizes and checksum still to be corrected.
  ///
  /// - Parameter alignment: What the place of the bytes is a multiple of.
  /// - Returns: Header, name and extra field.
  func localHeader(alignment: Int) -> [UInt8] {
    var extra = ByteList()
    if hasLargeSizes {
      extra.append(UInt16(1), UInt16(16))
      extra.append(UInt64(byteCount), UInt64(byteCount))
    }
    let end = offset + LocalHeader.byteCount + name.utf8.count + extra.bytes.count
    if alignment > 1, end % alignment != 0 {
      let filler = (2 * alignment - (end + 4) % alignment) % alignment
      extra.append(Self.fillerTag, UInt16(filler))
      extra.bytes += Array(repeating: UInt8(ascii: "Z"), count: filler)
    }
    var header = ByteList()
    let size = hasLargeSizes ? UInt32.max : UInt32(byteCount)
    header.append(LocalHeader.signature)
    header.append(version, Self.flags, method.rawValue, 0, Self.date)
    header.append(UInt32(0), size, size)
    header.append(UInt16(name.utf8.count), UInt16(extra.bytes.count))
    return header.bytes + Array(name.utf8) + extra.bytes
  }

  /// What the header before the bytes shall hold now, and where in it.
  var corrections: [(bytes: [UInt8], offset: Int)] {
    var (checksum, size) = (ByteList(), ByteList())
    checksum.append(self.checksum)
    guard method == .deflated else { return [(checksum.bytes, 14)] }
    if hasLargeSizes {
      size.append(UInt64(compressedByteCount))
      return [(checksum.bytes, 14), (size.bytes, LocalHeader.byteCount + name.utf8.count + 12)]
    }
    size.append(UInt32(compressedByteCount))
    return [(checksum.bytes, 14), (size.bytes, 18)]
  }

  /// The entry's part of the list at the end.
  var centralHeader: [UInt8] {
    var large = ByteList()
    func short(_ number: Int, _ list: inout ByteList) -> UInt32 {
      guard hasLargeSizes || number >= Int(UInt32.max) else { return UInt32(number) }
      list.append(UInt64(number))
      return .max
    }
    let size = short(byteCount, &large)
    let compressed = short(compressedByteCount, &large)
    let place: UInt32
    if offset >= Int(UInt32.max) {
      large.append(UInt64(offset))
      place = .max
    } else {
      place = UInt32(offset)
    }
    var extra = ByteList()
    if !large.bytes.isEmpty {
      extra.append(UInt16(1), UInt16(large.bytes.count))
      extra.bytes += large.bytes
    }
    var header = ByteList()
    header.append(CentralHeader.signature)
    header.append(version, version, Self.flags, method.rawValue, 0, Self.date)
    header.append(checksum, compressed, size)
    header.append(UInt16(name.utf8.count), UInt16(extra.bytes.count), 0, 0, 0)
    header.append(UInt32(0), place)
    return header.bytes + Array(name.utf8) + extra.bytes
  }
}

/// The records that follow the list of entries.
///
/// - Parameters:
///   - entries: Number of entries.
///   - start: Where the list is.
///   - byteCount: Its length.
/// - Returns: The end record, and before it the one of 64 bits where it is needed.
func endRecords(entries: Int, start: Int, byteCount: Int) -> [UInt8] {
  var records = ByteList()
  let isLarge = entries >= Int(UInt16.max) || start + byteCount >= Int(UInt32.max)
  if isLarge {
    records.append(ZipEndRecord.largeSignature)
    records.append(UInt64(ZipEndRecord.largeByteCount - 12))
    records.append(UInt16(45), UInt16(45))
    records.append(UInt32(0), UInt32(0))
    records.append(UInt64(entries), UInt64(entries), UInt64(byteCount), UInt64(start))
    records.append(ZipEndRecord.locatorSignature, 0)
    records.append(UInt64(start + byteCount))
    records.append(UInt32(1))
  }
  let count = isLarge ? UInt16.max : UInt16(entries)
  records.append(ZipEndRecord.signature)
  records.append(UInt16(0), UInt16(0), count, count)
  records.append(isLarge ? UInt32.max : UInt32(byteCount), isLarge ? UInt32.max : UInt32(start))
  records.append(UInt16(0))
  return records.bytes
}

/// Bytes of little-endian numbers.
struct ByteList {
  var bytes: [UInt8] = []

  mutating func append<Number: FixedWidthInteger>(_ numbers: Number...) {
    for number in numbers { withUnsafeBytes(of: number.littleEndian) { bytes += $0 } }
  }
}

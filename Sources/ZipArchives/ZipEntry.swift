/// A file in a zip archive.
public struct ZipEntry: Sendable, Equatable {
  /// How the bytes of an entry are kept.
  public enum Method: UInt16, Sendable {
    /// As they are.
    case stored = 0
    /// Compressed by DEFLATE.
    case deflated = 8
  }

  /// The name: folders separated by slashes, never absolute, never with `..`.
  public let name: String
  /// How its bytes are kept.
  public let method: Method
  /// Number of bytes of the file.
  public let byteCount: Int
  /// Number of bytes it takes in the archive.
  public let compressedByteCount: Int
  /// The file's CRC-32.
  public let checksum: UInt32

  /// Where its bytes are in the archive.
  let data: Range<Int>

  /// Whether it stands for a folder.
  public var isFolder: Bool { name.hasSuffix("/") }
}

/// What is wrong with an entry's name, or nil: a name that stays in the folder it is unpacked to.
func defect(ofName name: [UInt8]) -> String? {
  if name.isEmpty { return "it has no name" }
  if name.count > 4096 { return "its name has \(name.count) bytes" }
  if String(validating: name, as: UTF8.self) == nil { return "its name is no UTF-8 text" }
  if name.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
    return "its name has control characters"
  }
  if name.contains(UInt8(ascii: "\\")) { return "its name has a backslash" }
  if name[0] == UInt8(ascii: "/") { return "its name is absolute" }
  if name.count > 1, name[1] == UInt8(ascii: ":") { return "its name begins with a drive" }
  let parts = name.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
  let dots = [UInt8(ascii: "."), UInt8(ascii: ".")]
  if parts.contains(where: { Array($0) == dots }) { return "its name leaves the folder by \"..\"" }
  if parts.contains(where: { Array($0) == [UInt8(ascii: ".")] })
    || parts.dropLast().contains(where: \.isEmpty)
  {
    return "its name has an empty folder"
  }
  return nil
}

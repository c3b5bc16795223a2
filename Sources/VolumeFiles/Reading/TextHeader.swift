/// Lines of text at the beginning of a file.
struct TextHeader {
  /// The lines, without their ends.
  var lines: [String] = []
  /// Bytes up to and including the end of the last line.
  var length = 0

  /// Longest header that is read; real ones have a few kilobytes.
  private static let limit = 1 << 20

  /// Reads lines up to and including the first for which `isLast` holds, or to the end of the file.
  init(
    _ file: InputFile, until isLast: (String) -> Bool
  ) throws(VolumeFileError) {
    let bytes = try file.bytes(at: 0, count: Self.limit)
    while length < bytes.count {
      let rest = bytes[length...]
      let end = rest.firstIndex(of: 0x0A) ?? bytes.count
      var line = rest[..<end]
      if line.last == 0x0D { line.removeLast() }
      lines.append(String(decoding: line, as: UTF8.self))
      length = min(end + 1, bytes.count)
      if let line = lines.last, isLast(line) { return }
    }
    guard bytes.count < Self.limit else {
      throw .damagedHeader(path: file.path, problem: "it does not end within a megabyte")
    }
  }
}

/// The text without blanks at its ends.
func trimmed(_ text: some StringProtocol) -> String {
  var rest = text[...]
  while let first = rest.first, first.isWhitespace { rest = rest.dropFirst() }
  while let last = rest.last, last.isWhitespace { rest = rest.dropLast() }
  return String(rest)
}

/// The words between blanks.
func words(_ text: some StringProtocol) -> [String] {
  text.split(whereSeparator: \.isWhitespace).map { String($0) }
}

/// A file named in the header of another one, relative to that one's folder.
func path(_ name: String, beside other: String) -> String {
  guard !name.hasPrefix("/"), let slash = other.lastIndex(of: "/") else { return name }
  return other[...slash] + name
}

/// The last part of a path.
func lastComponent(_ path: String) -> String {
  path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
}

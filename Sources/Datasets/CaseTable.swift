#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A table of cases: `case,image1,image2,...,label[,group][,cohort]`, one case a line, paths
/// relative to the table.
struct CaseTable {
  let channelNames: [String]
  /// The cases of the lines that can be read.
  let cases: [Case]
  /// What is wrong with the other lines.
  let problems: [DatasetError]

  /// Parses the text of a table.
  ///
  /// - Throws: ``DatasetError/table(path:line:problem:)`` for a header without which no line means
  ///   anything.
  /// - Source: RFC 4180 for quotes; a line break inside quotes is not accepted.
  init(text: String, path: String) throws(DatasetError) {
    let folder = FileName.folder(of: path)
    let lines = Self.lines(of: text)
    guard let header = lines.first.flatMap(Self.fields) else {
      throw .table(path: path, line: 1, problem: "expected a header: case,image1,...,label")
    }
    let names = header.map { $0.lowercased() }
    guard let caseColumn = names.firstIndex(of: "case"),
      let labelColumn = names.firstIndex(of: "label")
    else {
      throw .table(
        path: path, line: 1,
        problem: "the header needs the columns \"case\" and \"label\", found \(header)")
    }
    let imageColumns = names.indices.filter {
      !["case", "label", "group", "cohort"].contains(names[$0])
    }
    guard !imageColumns.isEmpty else {
      throw .table(path: path, line: 1, problem: "the header names no image column")
    }
    channelNames = imageColumns.map { header[$0] }

    var cases: [Case] = []
    var problems: [DatasetError] = []
    for (index, line) in lines.enumerated().dropFirst() where !line.allSatisfy(\.isWhitespace) {
      guard let values = Self.fields(line), values.count == header.count else {
        problems.append(
          .table(
            path: path, line: index + 1,
            problem: "expected \(header.count) fields as in the header, found "
              + "\(Self.fields(line)?.count ?? 0)"))
        continue
      }
      guard !values[caseColumn].isEmpty, imageColumns.allSatisfy({ !values[$0].isEmpty }) else {
        problems.append(
          .table(path: path, line: index + 1, problem: "the case or an image has no name"))
        continue
      }
      func optional(_ name: String) -> String? {
        names.firstIndex(of: name).flatMap { values[$0].isEmpty ? nil : values[$0] }
      }
      cases.append(
        Case(
          id: values[caseColumn],
          images: imageColumns.map { FileName.join(folder, values[$0]) },
          labels: values[labelColumn].isEmpty ? nil : FileName.join(folder, values[labelColumn]),
          group: optional("group"), cohort: optional("cohort")))
    }
    self.cases = cases
    self.problems = problems
  }

  /// The lines of a text, whichever line breaks it has, without a byte order mark.
  static func lines(of text: String) -> [Substring] {
    // A CRLF is one Character in Swift, and a newline like any other.
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    if let first = lines.first, first.hasPrefix("\u{FEFF}") { lines[0] = first.dropFirst() }
    return lines
  }

  /// The fields of a line, or nil if a quote stays open.
  static func fields(_ line: Substring) -> [String]? {
    var fields: [String] = []
    var field = ""
    var isQuoted = false
    var characters = line[...]
    while let character = characters.popFirst() {
      switch character {
      case "\"" where isQuoted && characters.first == "\"":
        field.append("\"")
        characters.removeFirst()
      case "\"": isQuoted.toggle()
      case "," where !isQuoted:
        fields.append(Self.trimmed(field))
        field = ""
      default: field.append(character)
      }
    }
    return isQuoted ? nil : fields + [trimmed(field)]
  }

  private static func trimmed(_ text: String) -> String {
    var slice = text[...]
    while slice.first?.isWhitespace == true { slice.removeFirst() }
    while slice.last?.isWhitespace == true { slice.removeLast() }
    return String(slice)
  }

  /// One column of a table, by the name of the case.
  static func values(of column: String, in path: String) throws(DatasetError) -> [String: String] {
    let lines = Self.lines(of: try text(of: path))
    let names = lines.first.flatMap(Self.fields)?.map { $0.lowercased() } ?? []
    guard let caseColumn = names.firstIndex(of: "case"),
      let valueColumn = names.firstIndex(of: column)
    else {
      throw .table(
        path: path, line: 1,
        problem: "the header needs the columns \"case\" and \"\(column)\", found \(names)")
    }
    var result: [String: String] = [:]
    for (index, line) in lines.enumerated().dropFirst() where !line.allSatisfy(\.isWhitespace) {
      guard let values = fields(line), values.count == names.count else {
        throw .table(
          path: path, line: index + 1,
          problem: "expected \(names.count) fields as in the header, found "
            + "\(fields(line)?.count ?? 0)")
      }
      guard result.updateValue(values[valueColumn], forKey: values[caseColumn]) == nil else {
        throw .table(
          path: path, line: index + 1,
          problem: "the case \"\(values[caseColumn])\" stands in an earlier line too")
      }
    }
    return result
  }

  /// The text of a file.
  static func text(of path: String) throws(DatasetError) -> String {
    guard let file = fopen(path, "rb") else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
      bytes.append(contentsOf: chunk[..<count])
    }
    guard ferror(file) == 0 else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .unreadable(path: path, reason: "not UTF-8 text")
    }
    return text
  }
}

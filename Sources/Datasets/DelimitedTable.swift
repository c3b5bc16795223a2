/// A table of comma-separated values with named columns.
///
/// - Source: RFC 4180, with any line break and without quoted line breaks.
public struct DelimitedTable: Hashable, Sendable {
  /// Names of the columns.
  public let columns: [String]
  /// The fields of every line after the first; blank lines are passed over.
  public let rows: [[String]]

  /// Reads a table.
  ///
  /// - Parameter path: A CSV file whose first line names the columns.
  /// - Throws: ``DatasetError/unreadable(path:reason:)`` or
  ///   ``DatasetError/table(path:line:problem:)`` for columns that are missing or named twice and
  ///   lines with other numbers of fields.
  public init(contentsOf path: String) throws(DatasetError) {
    let lines = CaseTable.lines(of: try CaseTable.text(of: path))
    guard let columns = lines.first.flatMap(CaseTable.fields), columns.count > 1 else {
      throw .table(path: path, line: 1, problem: "expected the names of two columns or more")
    }
    guard Set(columns).count == columns.count else {
      throw .table(path: path, line: 1, problem: "two columns have the same name")
    }
    var rows: [[String]] = []
    for (index, line) in lines.enumerated().dropFirst() where !line.allSatisfy(\.isWhitespace) {
      guard let fields = CaseTable.fields(line), fields.count == columns.count else {
        throw .table(
          path: path, line: index + 1,
          problem: "expected \(columns.count) fields as in the header, found "
            + "\(CaseTable.fields(line)?.count ?? 0)")
      }
      rows.append(fields)
    }
    self.columns = columns
    self.rows = rows
  }
}

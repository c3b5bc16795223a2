/// Lines of comma-separated values, quoted where they must be.
///
/// - Source: RFC 4180, with line feeds.
package struct CommaSeparatedText {
  /// The lines so far, each with its line feed.
  package private(set) var text = ""

  /// A table with a heading.
  package init(header: [String]) { append(header) }

  /// Adds a line.
  package mutating func append(_ fields: [String]) {
    let quoted = fields.map { field in
      field.contains { $0 == "," || $0 == "\"" || $0.isNewline }
        ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
    }
    text += quoted.joined(separator: ",") + "\n"
  }
}

/// A number as spreadsheets and pandas read it.
package func spreadsheetNumber(_ value: Double) -> String { value.isNaN ? "" : "\(value)" }

extension JSONValue {
  /// The layout of a written document.
  public enum Layout: Sendable {
    /// One line without spaces at the ends, `", "` and `": "` between, as Python's `json.dumps`.
    case compact
    /// Each member on a line of its own, indented by this many spaces a level, as Python's `indent=`.
    case indented(Int)
  }

  /// The document as text, in the layout of Python's `json` module; `NaN` and infinities are written bare.
  ///
  /// - Parameter layout: One line, or indented; nnU-Net indents by 4.
  /// - Returns: The text, without a line break at its end.
  public func text(_ layout: Layout = .indented(4)) -> String {
    var output = ""
    write(to: &output, layout: layout, level: 0)
    return output
  }

  /// The document with the members of every object in the order of their names, as `sort_keys=True`.
  public var sortedByName: JSONValue {
    switch self {
    case .array(let elements): .array(elements.map(\.sortedByName))
    case .object(let object):
      .object(
        object.members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
          .reduce(into: JSONObject()) { $0[$1.name] = $1.value.sortedByName })
    default: self
    }
  }

  private func write(to output: inout String, layout: Layout, level: Int) {
    switch self {
    case .null: output += "null"
    case .bool(let value): output += value ? "true" : "false"
    case .integer(let value): output += String(value)
    case .number(let value): output += Self.text(of: value)
    case .string(let value): Self.write(value, to: &output)
    case .array(let elements):
      Self.write(elements, open: "[", close: "]", to: &output, layout: layout, level: level) {
        $1.write(to: &$0, layout: layout, level: level + 1)
      }
    case .object(let object):
      Self.write(object.members, open: "{", close: "}", to: &output, layout: layout, level: level) {
        Self.write($1.name, to: &$0)
        $0 += ": "
        $1.value.write(to: &$0, layout: layout, level: level + 1)
      }
    }
  }

  private static func write<Item>(
    _ items: [Item], open: String, close: String, to output: inout String, layout: Layout,
    level: Int, item: (inout String, Item) -> Void
  ) {
    output += open
    if items.isEmpty {
      output += close
      return
    }
    for (index, element) in items.enumerated() {
      switch layout {
      case .compact: if index > 0 { output += ", " }
      case .indented(let width):
        output += (index > 0 ? ",\n" : "\n") + String(repeating: " ", count: width * (level + 1))
      }
      item(&output, element)
    }
    if case .indented(let width) = layout {
      output += "\n" + String(repeating: " ", count: width * level)
    }
    output += close
  }

  private static func text(of value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
    return "\(value)"
  }

  private static func write(_ string: String, to output: inout String) {
    output += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\t": output += "\\t"
      case "\r": output += "\\r"
      case _ where scalar.value < 32 || scalar.value == 127:
        let digits = String(scalar.value, radix: 16)
        output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: output.unicodeScalars.append(scalar)
      }
    }
    output += "\""
  }
}

import JSONDocuments

/// A number with a fixed count of digits after the point; `-` where it is not finite.
func fixed(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite else { return "-" }
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let scaled = (abs(value) * scale).rounded()
  guard scaled < 1e15 else { return "\(value)" }
  let whole = Int(scaled)
  let sign = value < 0 && whole > 0 ? "-" : ""
  if digits == 0 { return sign + "\(whole)" }
  let fraction = "\(whole % Int(scale))"
  return sign + "\(whole / Int(scale))."
    + String(repeating: "0", count: digits - fraction.count) + fraction
}

/// A probability with four digits, or that it is smaller.
func probability(_ value: Double) -> String { value < 0.00005 ? "<0.0001" : fixed(value, 4) }

/// A time such as 45 s, 12 min or 3 h 05 min.
func duration(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds >= 0 else { return "-" }
  if seconds < 10 { return fixed(seconds, 1) + " s" }
  if seconds < 100 { return fixed(seconds, 0) + " s" }
  let minutes = Int((seconds / 60).rounded())
  if minutes < 60 { return "\(minutes) min" }
  let rest = minutes % 60
  return "\(minutes / 60) h \(rest < 10 ? "0" : "")\(rest) min"
}

/// A size of memory in GB.
func gigabytes(_ bytes: Int) -> String { fixed(Double(bytes) / 1e9, 1) + " GB" }

/// Text in columns, the first line as heading.
func aligned(_ rows: [[String]]) -> String {
  let columns = rows.map(\.count).max() ?? 0
  let widths = (0..<columns).map { column in
    rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
  }
  var text = ""
  for row in rows {
    var line = ""
    for (column, cell) in row.enumerated() {
      line += cell + String(repeating: " ", count: widths[column] - cell.count + 2)
    }
    while line.last == " " { line.removeLast() }
    text += line + "\n"
  }
  return text
}

/// A number as every reader of JSON accepts it: null where it is not finite.
func finite(_ value: Double) -> JSONValue { value.isFinite ? .number(value) : .null }

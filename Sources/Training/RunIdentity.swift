/// What two runs have not in common.
enum RunIdentity {
  /// One line about the parts in which two descriptions of runs differ.
  ///
  /// - Parameters:
  ///   - trained: Parts separated by commas; commas within brackets separate nothing.
  ///   - wanted: The same of the run that is asked for.
  /// - Returns: The parts that only one of them has.
  static func difference(trained: String, wanted: String) -> String {
    let (old, new) = (parts(of: trained), parts(of: wanted))
    let lost = old.filter { !new.contains($0) }.joined(separator: ", ")
    let added = new.filter { !old.contains($0) }.joined(separator: ", ")
    if lost.isEmpty { return "it was trained without \(added), which is now asked for" }
    return "it was trained with \(lost), now asked for "
      + (added.isEmpty ? "is none of this" : "are \(added)")
  }

  private static func parts(of text: String) -> [String] {
    var parts: [String] = [""]
    var depth = 0
    for character in text {
      if character == "[" { depth += 1 }
      if character == "]" { depth -= 1 }
      if character == ",", depth == 0 {
        parts.append("")
      } else if character != " " || !parts[parts.count - 1].isEmpty {
        parts[parts.count - 1].append(character)
      }
    }
    return parts
  }
}

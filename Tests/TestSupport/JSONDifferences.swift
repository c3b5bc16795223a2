public import JSONDocuments

/// Every place where two documents differ, numbers by more than a tolerance; objects must have the
/// same names in the same order.
public func differences(
  _ found: JSONValue, _ expected: JSONValue, tolerance: Double, at place: String = "$"
) -> [String] {
  if let a = found.double, let b = expected.double {
    let isClose = a == b || abs(a - b) <= tolerance || (a.isNaN && b.isNaN)
    return isClose ? [] : ["\(place): \(a), expected \(b)"]
  }
  switch (found, expected) {
  case (.object(let a), .object(let b)):
    guard a.names == b.names else { return ["\(place): names \(a.names), expected \(b.names)"] }
    return zip(a.members, b.members).flatMap {
      differences($0.value, $1.value, tolerance: tolerance, at: "\(place).\($0.name)")
    }
  case (.array(let a), .array(let b)):
    guard a.count == b.count else { return ["\(place): \(a.count) entries, expected \(b.count)"] }
    return a.indices.flatMap {
      differences(a[$0], b[$0], tolerance: tolerance, at: "\(place)[\($0)]")
    }
  default:
    return found == expected
      ? []
      : [
        "\(place): \(found.text(.compact)), expected "
          + expected.text(.compact)
      ]
  }
}

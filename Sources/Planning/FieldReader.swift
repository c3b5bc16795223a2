import JSONDocuments

/// Typed access to the fields of a JSON object, with errors that name the file and the whole path
/// of the field.
struct FieldReader {
  let object: JSONObject
  let file: String
  /// Names of the enclosing fields, each followed by a dot.
  let prefix: String

  init(_ value: JSONValue, file: String, at field: String = "") throws(PlanningError) {
    guard let object = value.object else {
      throw .wrongField(
        file: file, field: field, expected: "an object", found: Self.excerpt(value))
    }
    self.init(object: object, file: file, prefix: field.isEmpty ? "" : field + ".")
  }

  private init(object: JSONObject, file: String, prefix: String) {
    self.object = object
    self.file = file
    self.prefix = prefix
  }

  /// The document in a file.
  static func document(at path: String) throws(PlanningError) -> JSONValue {
    do throws(JSONFileError) { return try JSONValue(contentsOf: path) } catch {
      throw .file(error)
    }
  }

  /// A value converted by `convert`; missing, or not convertible, is an error.
  func value<Value>(
    _ field: String, _ expected: String, _ convert: (JSONValue) -> Value?
  ) throws(PlanningError) -> Value {
    guard let found = object[field] else {
      throw .missingField(file: file, field: prefix + field)
    }
    guard let converted = convert(found) else {
      throw .wrongField(
        file: file, field: prefix + field, expected: expected, found: Self.excerpt(found))
    }
    return converted
  }

  /// The same, with nil where the field is missing or null.
  func optional<Value>(
    _ field: String, _ expected: String, _ convert: (JSONValue) -> Value?
  ) throws(PlanningError) -> Value? {
    guard let found = object[field], found != .null else { return nil }
    return try value(field, expected, convert)
  }

  func string(_ field: String) throws(PlanningError) -> String {
    try value(field, "text") { $0.string }
  }

  func bool(_ field: String) throws(PlanningError) -> Bool {
    try value(field, "true or false") { $0.bool }
  }

  /// A whole number of at least `minimum`.
  func int(_ field: String, atLeast minimum: Int) throws(PlanningError) -> Int {
    try value(field, "a whole number of at least \(minimum)") {
      $0.int.flatMap { $0 >= minimum ? $0 : nil }
    }
  }

  /// A finite number above 0.
  func positive(_ field: String) throws(PlanningError) -> Double {
    try value(field, "a number above 0") {
      $0.double.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
    }
  }

  /// A list of whole numbers of at least 1, of the given length unless that is nil.
  func counts(_ field: String, _ length: Int? = nil) throws(PlanningError) -> [Int] {
    try value(field, "\(Self.list(length)) whole numbers of at least 1") {
      Self.checked($0.ints, length) { $0 >= 1 }
    }
  }

  /// A whole number of at least 1 for each of `length` places, or one number for all of them.
  func countsOrOne(_ field: String, _ length: Int) throws(PlanningError) -> [Int] {
    if let one = object[field]?.int, one >= 1 { return Array(repeating: one, count: length) }
    return try counts(field, length)
  }

  /// A list of lists of whole numbers of at least 1: `rows` lists of `columns` numbers.
  ///
  /// One number in place of a list stands for `columns` equal ones. The row that is wrong is named.
  func table(_ field: String, rows: Int, columns: Int) throws(PlanningError) -> [[Int]] {
    let expected = "a list of \(rows) lists of \(columns) whole numbers of at least 1"
    let array = try value(field, expected) { $0.array }
    guard array.count == rows else {
      throw .wrongField(
        file: file, field: prefix + field, expected: expected, found: "a list of \(array.count)")
    }
    var table: [[Int]] = []
    for (index, entry) in array.enumerated() {
      let row = entry.int.map { Array(repeating: $0, count: columns) } ?? entry.ints
      guard let row = Self.checked(row, columns, { $0 >= 1 }) else {
        throw .wrongField(
          file: file, field: "\(prefix)\(field)[\(index)]",
          expected: "a list of \(columns) whole numbers of at least 1", found: Self.excerpt(entry))
      }
      table.append(row)
    }
    return table
  }

  /// The reader of an object inside this one.
  func object(_ field: String) throws(PlanningError) -> FieldReader {
    let value = try value(field, "an object") { $0.object == nil ? nil : $0 }
    return try FieldReader(value, file: file, at: prefix + field)
  }

  /// A name that can be that of a file or folder.
  func fileName(_ field: String) throws(PlanningError) -> String {
    try value(field, "a name without / that does not begin with a point") {
      $0.string.flatMap { Self.isFileName($0) ? $0 : nil }
    }
  }

  /// Whether a name can be that of a file or folder.
  static func isFileName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 200 && !name.hasPrefix(".")
      && !name.unicodeScalars.contains { $0 == "/" || $0.value < 32 }
  }

  /// A number of a range.
  func number(_ field: String, in range: ClosedRange<Double>) throws(PlanningError) -> Double {
    try value(field, "a number from \(range.lowerBound) to \(range.upperBound)") {
      $0.double.flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// A choice among names.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ field: String, _ type: Choice.Type
  ) throws(PlanningError) -> Choice where Choice.RawValue == String {
    let name = try string(field)
    guard let choice = Choice(rawValue: name) else {
      throw .unsupported(
        file: file, field: prefix + field,
        supported: Choice.allCases.map(\.rawValue).joined(separator: ", "), found: name)
    }
    return choice
  }

  static func checked<Number>(
    _ list: [Number]?, _ length: Int?, _ isValid: (Number) -> Bool
  ) -> [Number]? {
    guard let list, length == nil || list.count == length, list.allSatisfy(isValid) else {
      return nil
    }
    return list
  }

  private static func list(_ length: Int?) -> String {
    length.map { "a list of \($0)" } ?? "a list of"
  }

  static func excerpt(_ value: JSONValue) -> String {
    let text = value.text(.compact)
    return text.count > 60 ? text.prefix(57) + "..." : text
  }
}

/// A text that is not JSON.
public struct JSONSyntaxError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Line of the first character that does not fit, counted from 1.
  public let line: Int
  /// Column of that character in bytes, counted from 1.
  public let column: Int
  /// What was expected there.
  public let problem: String

  /// An error at a place.
  public init(line: Int, column: Int, problem: String) {
    self.line = line
    self.column = column
    self.problem = problem
  }

  /// The place and the problem, on one line.
  public var description: String { "line \(line), column \(column): \(problem)" }
}

extension JSONValue {
  /// Reads a document from UTF-8 text.
  ///
  /// Nesting deeper than 200 levels is refused.
  ///
  /// - Parameters:
  ///   - bytes: The whole text.
  ///   - repeatedNames: What to do about a name that occurs twice in one object.
  /// - Throws: ``JSONSyntaxError`` naming the place.
  public init(
    parsing bytes: [UInt8], repeatedNames: RepeatedNames = .keepLast
  ) throws(JSONSyntaxError) {
    var parser = JSONParser(bytes: bytes, repeatedNames: repeatedNames)
    self = try parser.document()
  }

  /// What to do about a name that occurs twice in one object.
  public enum RepeatedNames: Sendable {
    /// The last value counts, as in Python.
    case keepLast
    /// The text is refused.
    case refuse
  }

  /// Reads a document from a string.
  public init(parsing text: String) throws(JSONSyntaxError) {
    try self.init(parsing: Array(text.utf8))
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  let repeatedNames: JSONValue.RepeatedNames
  var position = 0
  var depth = 0

  init(bytes: [UInt8], repeatedNames: JSONValue.RepeatedNames) {
    self.bytes = bytes
    self.repeatedNames = repeatedNames
    // A byte order mark is not JSON, but editors on Windows leave it.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  mutating func document() throws(JSONSyntaxError) -> JSONValue {
    let result = try value()
    skipSpace()
    guard position == bytes.count else { throw error("unexpected text after the document") }
    return result
  }

  func error(_ problem: String) -> JSONSyntaxError {
    let before = bytes.prefix(position)
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return JSONSyntaxError(line: line, column: position - start + 1, problem: problem)
  }

  var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skipSpace() {
    while let byte = current, byte == 32 || (9...13).contains(byte) { position += 1 }
  }

  mutating func take(_ literal: StaticString) -> Bool {
    let wanted = UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
    guard bytes[position...].starts(with: wanted) else { return false }
    position += wanted.count
    return true
  }

  mutating func value() throws(JSONSyntaxError) -> JSONValue {
    skipSpace()
    guard let byte = current else { throw error("the text ends where a value should stand") }
    switch byte {
    case UInt8(ascii: "{"):
      return .object(try nested { (p) throws(JSONSyntaxError) in try p.object() })
    case UInt8(ascii: "["):
      return .array(try nested { (p) throws(JSONSyntaxError) in try p.array() })
    case UInt8(ascii: "\""): return .string(try string())
    default: break
    }
    if take("true") { return .bool(true) }
    if take("false") { return .bool(false) }
    if take("null") { return .null }
    if take("NaN") { return .number(.nan) }
    if take("Infinity") { return .number(.infinity) }
    if take("-Infinity") { return .number(-.infinity) }
    return try number()
  }

  mutating func nested<Result>(
    _ body: (inout JSONParser) throws(JSONSyntaxError) -> Result
  ) throws(JSONSyntaxError) -> Result {
    depth += 1
    guard depth <= 200 else { throw error("nested more than 200 levels deep") }
    let result = try body(&self)
    depth -= 1
    return result
  }

  mutating func object() throws(JSONSyntaxError) -> JSONObject {
    position += 1
    var object = JSONObject()
    var seen = Set<String>()
    skipSpace()
    if take("}") { return object }
    while true {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw error("expected a name in quotes") }
      let name = try string()
      skipSpace()
      guard take(":") else { throw error("expected ':' after the name \"\(name)\"") }
      let member = try value()
      if seen.insert(name).inserted {
        object.append(name, member)
      } else if repeatedNames == .keepLast {
        object[name] = member
      } else {
        throw error("the name \"\(name)\" occurs twice")
      }
      skipSpace()
      if take("}") { return object }
      guard take(",") else { throw error("expected ',' or '}' after the member \"\(name)\"") }
    }
  }

  mutating func array() throws(JSONSyntaxError) -> [JSONValue] {
    position += 1
    var elements: [JSONValue] = []
    skipSpace()
    if take("]") { return elements }
    while true {
      elements.append(try value())
      skipSpace()
      if take("]") { return elements }
      guard take(",") else { throw error("expected ',' or ']' in an array") }
    }
  }

  mutating func number() throws(JSONSyntaxError) -> JSONValue {
    let start = position
    while let byte = current, (48...57).contains(byte) || "+-.eE".utf8.contains(byte) {
      position += 1
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if let whole = Int(text), !text.hasPrefix("+") { return .integer(whole) }
    guard let value = Double(text), !text.isEmpty else {
      position = start
      throw error("expected a value")
    }
    return .number(value)
  }

  mutating func string() throws(JSONSyntaxError) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = current {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let result = String(validating: text, as: UTF8.self) else {
          throw error("a string is not UTF-8")
        }
        return result
      case UInt8(ascii: "\\"): try appendEscape(to: &text)
      case 0..<32: throw error("a line break or control character inside a string")
      default: text.append(byte)
      }
    }
    throw error("the text ends inside a string")
  }

  mutating func appendEscape(to text: inout [UInt8]) throws(JSONSyntaxError) {
    guard let byte = current else { throw error("the text ends inside a string") }
    position += 1
    switch byte {
    case UInt8(ascii: "n"): text.append(10)
    case UInt8(ascii: "t"): text.append(9)
    case UInt8(ascii: "r"): text.append(13)
    case UInt8(ascii: "b"): text.append(8)
    case UInt8(ascii: "f"): text.append(12)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "u"):
      var scalar = try hexadecimal()
      if (0xD800..<0xDC00).contains(scalar), take("\\u") {
        let low = try hexadecimal()
        guard (0xDC00..<0xE000).contains(low) else { throw error("half of a surrogate pair") }
        scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let character = Unicode.Scalar(scalar) else { throw error("half of a surrogate pair") }
      text.append(contentsOf: Character(character).utf8)
    default: throw error("unknown escape in a string")
    }
  }

  mutating func hexadecimal() throws(JSONSyntaxError) -> UInt32 {
    guard position + 4 <= bytes.count,
      let value = UInt32(
        String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw error("expected four hexadecimal digits") }
    position += 4
    return value
  }
}

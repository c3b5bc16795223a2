/// A JSON document whose objects keep the order of their members.
///
/// nnU-Net gives meaning to the order of members (channels, labels, regions) and writes bare `NaN`; Foundation's decoder loses the
/// former and refuses the latter, hence this type.
///
/// - Source: RFC 8259, and Python's `json` module for `NaN`, `Infinity`, `-Infinity` and the layout of numbers.
public enum JSONValue: Sendable, Equatable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number written without fraction or exponent that fits in 64 bits.
  case integer(Int)
  /// Any other number, `NaN` and the infinities included.
  case number(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object; its members stand in the order of the file.
  case object(JSONObject)
}

/// The members of a JSON object, in order.
public struct JSONObject: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  /// Names and values, in order; a name occurs once.
  public private(set) var members: [(name: String, value: JSONValue)]

  /// An object without members.
  public init() { members = [] }

  /// An object with members of different names, in their order.
  package init(uniqueMembers members: [(name: String, value: JSONValue)]) {
    self.members = members
  }

  /// An object with the members of the literal, in its order.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self.init()
    for (name, value) in elements { self[name] = value }
  }

  /// The value of a member; setting a new one appends it, setting nil removes it.
  public subscript(name: String) -> JSONValue? {
    get { members.first { $0.name == name }?.value }
    set {
      let index = members.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append((name, value))
      case (nil, nil): break
      }
    }
  }

  /// The names, in order.
  public var names: [String] { members.map(\.name) }

  /// Appends a member without looking for an earlier one of that name.
  mutating func append(_ name: String, _ value: JSONValue) { members.append((name, value)) }

  /// Equal when names, values and order are.
  public static func == (a: JSONObject, b: JSONObject) -> Bool {
    a.members.elementsEqual(b.members) { $0.name == $1.name && $0.value == $1.value }
  }
}

extension JSONValue {
  /// The number, also of an integer, or nil.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The whole number, also one written as 3.0, or nil.
  public var int: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The string, or nil.
  public var string: String? { if case .string(let value) = self { value } else { nil } }

  /// The truth value, or nil.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// The elements of an array, or nil.
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

  /// The object, or nil.
  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

  /// The member of an object, or nil where this is no object or has no such member.
  public subscript(name: String) -> JSONValue? { object?[name] }

  /// An array of whole numbers, or nil if any element is something else.
  public var ints: [Int]? { array?.mapWhole { $0.int } }

  /// An array of numbers, or nil if any element is something else.
  public var doubles: [Double]? { array?.mapWhole { $0.double } }

  /// An array of strings, or nil if any element is something else.
  public var strings: [String]? { array?.mapWhole { $0.string } }
}

extension JSONValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// A whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// An array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// An object with the members of the literal, in its order.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    var object = JSONObject()
    for (name, value) in elements { object[name] = value }
    self = .object(object)
  }
}

extension Array {
  /// The transformed elements, or nil if any of them has none.
  fileprivate func mapWhole<Result>(_ transform: (Element) -> Result?) -> [Result]? {
    var results: [Result] = []
    results.reserveCapacity(count)
    for element in self {
      guard let result = transform(element) else { return nil }
      results.append(result)
    }
    return results
  }
}

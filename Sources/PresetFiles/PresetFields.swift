public import JSONDocuments

/// The fields of a preset, or of an object within it; each must be there, and nothing else.
public struct PresetFields: Sendable {
  /// The object.
  public let object: JSONValue
  private let file: String
  private let collection: PresetCollection
  /// What stands before the fields' names in messages, such as `images[1].`.
  private let place: String

  /// The fields of a document.
  ///
  /// - Parameters:
  ///   - object: The document.
  ///   - file: Where it came from, for messages.
  ///   - collection: What it is a preset of.
  public init(_ object: JSONValue, in file: String, of collection: PresetCollection) {
    self.init(object, file, collection, place: "")
  }

  private init(
    _ object: JSONValue, _ file: String, _ collection: PresetCollection, place: String
  ) {
    self.object = object
    self.file = file
    self.collection = collection
    self.place = place
  }

  /// The fields of an object that lies within.
  ///
  /// - Parameters:
  ///   - object: The object.
  ///   - name: Where it lies, such as `images[1]`.
  /// - Returns: Its fields, none of them checked yet.
  public func within(_ object: JSONValue, at name: String) -> PresetFields {
    PresetFields(object, file, collection, place: "\(place)\(name).")
  }

  /// The error of a field that is not as expected.
  public func wrong(_ name: String, _ expected: String) -> PresetError {
    .field(file: file, name: place + name, expected: expected, folder: collection.folder)
  }

  /// Refuses anything but an object, and fields of other names.
  public func checkNames(_ known: [String]) throws(PresetError) {
    guard let names = object.object?.names else {
      throw .field(
        file: file, name: place.isEmpty ? "the document" : String(place.dropLast()),
        expected: "an object with the fields \(known.joined(separator: ", "))",
        folder: collection.folder)
    }
    if let other = names.first(where: { !known.contains($0) }) {
      throw wrong(other, "left out, no setting has this name")
    }
  }

  /// A number within a range.
  public func number(
    _ name: String, _ range: ClosedRange<Double>
  ) throws(PresetError) -> Double {
    guard let value = object[name]?.double, range.contains(value) else {
      throw wrong(name, "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// Several numbers within a range.
  public func numbers(
    _ name: String, _ range: ClosedRange<Double>, count: Int
  ) throws(PresetError) -> [Double] {
    guard let values = object[name]?.doubles, values.count == count,
      values.allSatisfy(range.contains)
    else {
      throw wrong(name, "\(count) numbers from \(range.lowerBound) to \(range.upperBound)")
    }
    return values
  }

  /// A whole number within a range.
  public func wholeNumber(_ name: String, _ range: ClosedRange<Int>) throws(PresetError) -> Int {
    guard let value = object[name]?.int, range.contains(value) else {
      throw wrong(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// Several whole numbers within a range.
  public func wholeNumbers(
    _ name: String, _ range: ClosedRange<Int>, count: ClosedRange<Int>
  ) throws(PresetError) -> [Int] {
    guard let values = object[name]?.ints, count.contains(values.count),
      values.allSatisfy(range.contains)
    else {
      let number = count.count == 1 ? "\(count.lowerBound)" : "at most \(count.upperBound)"
      throw wrong(
        name, "\(number) whole numbers from \(range.lowerBound) to \(range.upperBound)")
    }
    return values
  }

  /// Two numbers within limits, the smaller first.
  public func range(
    _ name: String, _ limits: ClosedRange<Double>
  ) throws(PresetError) -> ClosedRange<Double> {
    guard let ends = object[name]?.doubles, ends.count == 2, ends[0] <= ends[1],
      ends.allSatisfy(limits.contains)
    else {
      throw wrong(
        name,
        "two numbers, the smaller first, from \(limits.lowerBound) to \(limits.upperBound)")
    }
    return ends[0]...ends[1]
  }

  /// A text that is not empty.
  public func text(_ name: String) throws(PresetError) -> String {
    guard let value = object[name]?.string, !value.isEmpty else { throw wrong(name, "a name") }
    return value
  }

  /// One of some names.
  public func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, _: Choice.Type = Choice.self
  ) throws(PresetError) -> Choice where Choice.RawValue == String {
    guard let value = object[name]?.string.flatMap(Choice.init(rawValue:)) else {
      throw wrong(name, "one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return value
  }

  /// Several names out of some.
  public func choices<Choice: RawRepresentable & CaseIterable>(
    _ name: String, of _: Choice.Type = Choice.self, count: Int
  ) throws(PresetError) -> [Choice] where Choice.RawValue == String {
    let values = object[name]?.strings?.compactMap(Choice.init(rawValue:)) ?? []
    guard values.count == count else {
      throw wrong(
        name, "\(count) of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return values
  }

  /// The different elements of an array that is not empty.
  public func list<Element: Hashable>(
    _ name: String, _ expected: String, _ element: (JSONValue) -> Element?
  ) throws(PresetError) -> [Element] {
    let values = object[name]?.array ?? []
    let elements = values.compactMap(element)
    guard !values.isEmpty, elements.count == values.count, Set(elements).count == elements.count
    else { throw wrong(name, expected) }
    return elements
  }
}

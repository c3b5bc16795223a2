import JSONDocuments

/// The fields of an object of a recipe, each of which must be there and nothing else.
struct RecipeFields {
  let object: JSONValue
  let file: String
  /// What stands before the fields' names in messages, such as `images[1].`.
  let place: String

  init(
    _ object: JSONValue, in file: String, at place: String = "", known: [String]
  ) throws(RecipeError) {
    self.object = object
    self.file = file
    self.place = place
    guard let names = object.object?.names else {
      throw .field(
        file: file, name: place.isEmpty ? "the document" : String(place.dropLast()),
        expected: "an object with the fields \(known.joined(separator: ", "))")
    }
    if let other = names.first(where: { !known.contains($0) }) {
      throw wrong(other, "left out, no setting has this name")
    }
  }

  func wrong(_ name: String, _ expected: String) -> RecipeError {
    .field(file: file, name: place + name, expected: expected)
  }

  func number(_ name: String, _ range: ClosedRange<Double>) throws(RecipeError) -> Double {
    guard let value = object[name]?.double, range.contains(value) else {
      throw wrong(name, "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func text(_ name: String) throws(RecipeError) -> String {
    guard let value = object[name]?.string, !value.isEmpty else { throw wrong(name, "a name") }
    return value
  }

  func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, _: Choice.Type
  ) throws(RecipeError) -> Choice where Choice.RawValue == String {
    guard let value = object[name]?.string.flatMap(Choice.init(rawValue:)) else {
      let names = Choice.allCases.map(\.rawValue)
      throw wrong(name, "one of \(names.joined(separator: ", "))")
    }
    return value
  }

  /// The different elements of an array that is not empty.
  func list<Element: Hashable>(
    _ name: String, _ expected: String, _ element: (JSONValue) -> Element?
  ) throws(RecipeError) -> [Element] {
    let values = object[name]?.array ?? []
    let elements = values.compactMap(element)
    guard !values.isEmpty, elements.count == values.count, Set(elements).count == elements.count
    else { throw wrong(name, expected) }
    return elements
  }
}

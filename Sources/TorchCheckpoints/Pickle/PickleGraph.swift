/// The objects of a pickle, as data.
///
/// Objects refer to one another by number, so that rings and nesting of any depth are harmless.
struct PickleGraph {
  /// The number of an object.
  typealias Reference = Int

  /// An object.
  enum Object {
    case none
    case bool(Bool)
    case integer(Int)
    /// A whole number of more than 64 bits, which nothing here needs.
    case hugeInteger
    case float(Double)
    case string(String)
    case bytes([UInt8])
    case tuple([Reference])
    case list(Items<Reference>)
    case dictionary(Items<(key: Reference, value: Reference)>)
    /// A class or function by its name; it is never looked up.
    case global(String)
    case tensor(TensorRecord)
    case storage(StorageRecord)
    /// A numpy type, by its letters.
    case numpyType(String)
    /// What an unknown class or function would have made.
    case foreign(String)
  }

  /// Items that are appended one by one in place, whoever else looks at them.
  final class Items<Value> {
    var values: [Value]

    init(_ values: [Value] = []) { self.values = values }
  }

  private(set) var objects: [Object] = []
  /// Names of classes and functions that are not on the list.
  private(set) var foreignNames: [String] = []

  /// More objects than any checkpoint has: 117 classes over 1000 epochs make about a million.
  static let largestCount = 1 << 23

  subscript(reference: Reference) -> Object {
    get { objects[reference] }
    set { objects[reference] = newValue }
  }

  /// Adds an object; nil if there are too many.
  mutating func add(_ object: Object) -> Reference? {
    guard objects.count < Self.largestCount else { return nil }
    objects.append(object)
    return objects.count - 1
  }

  /// Adds what stands for a name that is not on the list.
  mutating func noteForeign(_ name: String) {
    if foreignNames.count < 100, !foreignNames.contains(name) { foreignNames.append(name) }
  }

  /// The string that a reference stands for, or nil.
  func string(_ reference: Reference) -> String? {
    if case .string(let text) = objects[reference] { text } else { nil }
  }

  /// The whole number that a reference stands for, or nil.
  func integer(_ reference: Reference) -> Int? {
    if case .integer(let number) = objects[reference] { number } else { nil }
  }

  /// The parts of a tuple or a list, or nil.
  func parts(_ reference: Reference) -> [Reference]? {
    switch objects[reference] {
    case .tuple(let parts): parts
    case .list(let items): items.values
    default: nil
    }
  }

  /// The whole numbers of a tuple or a list, or nil.
  func integers(_ reference: Reference) -> [Int]? {
    guard let parts = parts(reference), parts.count <= 64 else { return nil }
    let numbers = parts.compactMap(integer)
    return numbers.count == parts.count ? numbers : nil
  }
}

/// The elements of one or more tensors, in a file of the archive.
struct StorageRecord: Equatable {
  let dataType: TorchDataType
  /// The name of the file.
  let key: String
  /// Number of elements.
  let count: Int
}

/// A tensor: a view into a storage.
struct TensorRecord: Equatable {
  let storage: StorageRecord
  /// The first element.
  let offset: Int
  let shape: [Int]
  /// Elements from one index to the next along each axis.
  let strides: [Int]
}

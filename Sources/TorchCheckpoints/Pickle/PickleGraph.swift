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
    case list([Reference])
    case dictionary([Item])
    /// A class or function by its name; it is never looked up.
    case global(String)
    // Kept apart, so that the many small objects take no more room than a text.
    indirect case tensor(TensorRecord)
    indirect case storage(StorageRecord)
    /// A numpy type, by its letters.
    case numpyType(String)
    /// What an unknown class or function would have made.
    case foreign(String)
  }

  /// An item of a dictionary.
  typealias Item = (key: Reference, value: Reference)

  private(set) var objects: [Object] = []
  /// Names of classes and functions that are not on the list.
  private(set) var foreignNames: [String] = []
  private var noted = Set<String>()
  /// Bytes of memory that objects may still take.
  private var room: Int

  /// Bytes of an array's own beside its elements.
  static let arrayCost = 48
  /// Bytes of memory that a byte of a pickle may take, about ten times what those of checkpoints do.
  private static let largestGrowth = 64
  /// More than any checkpoint needs: 117 classes over 1000 epochs take a tenth.
  private static let largestRoom = 1 << 29

  /// No objects.
  ///
  /// - Parameter byteCount: Length of the pickle, by which the memory of its objects is bounded.
  init(ofPickle byteCount: Int) {
    room = min(byteCount * Self.largestGrowth + 1 << 16, Self.largestRoom)
  }

  subscript(reference: Reference) -> Object {
    get { objects[reference] }
    set { objects[reference] = newValue }
  }

  /// Adds an object.
  ///
  /// - Throws: A problem if the objects take more memory than those of a pickle of this length ever do.
  mutating func add(_ object: Object) throws(PickleReader.Problem) -> Reference {
    // An array doubles when it grows.
    try spend(2 * MemoryLayout<Object>.stride)
    objects.append(object)
    return objects.count - 1
  }

  /// Takes some of the memory that there is for objects.
  ///
  /// Everything that can be made again and again from a few bytes of the pickle is counted here before it is made.
  mutating func spend(_ bytes: Int) throws(PickleReader.Problem) {
    guard bytes <= room else {
      throw PickleReader.Problem(
        text: "its objects take far more memory than a list of objects of its length does")
    }
    room -= bytes
  }

  /// What stands for a name that is not on the list, from now on wherever the name's object is called.
  mutating func noteForeign(_ name: String, at function: Reference) {
    self[function] = .foreign(name)
    if foreignNames.count < 100, noted.insert(name).inserted { foreignNames.append(name) }
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
    case .tuple(let parts), .list(let parts): parts
    default: nil
    }
  }

  /// The whole numbers of a tuple or a list, or nil.
  func integers(_ reference: Reference) -> [Int]? {
    guard let parts = parts(reference), parts.count <= TensorRecord.mostAxes else { return nil }
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
  /// More axes than weights have; PyTorch itself ends at 64.
  static let mostAxes = 16

  let storage: StorageRecord
  /// The first element.
  let offset: Int
  let shape: [Int]
  /// Elements from one index to the next along each axis.
  let strides: [Int]
}

/// What the classes and functions on the list stand for; none of them is called.
extension PickleGraph {
  /// The names that stand for something; all others make inert placeholders.
  private enum Known: String {
    case orderedDictionary = "collections.OrderedDict"
    case tensor = "torch._utils._rebuild_tensor_v2"
    case parameter = "torch._utils._rebuild_parameter"
    case device = "torch.device"
    case size = "torch.Size"
    case encode = "_codecs.encode"
    case dtype = "numpy.dtype"
    case scalar = "numpy.core.multiarray.scalar"
    case newScalar = "numpy._core.multiarray.scalar"
  }

  /// The object that a call makes.
  ///
  /// - Parameters:
  ///   - function: What is called.
  ///   - arguments: The tuple of its arguments.
  /// - Returns: The object; a placeholder if the name is not on the list.
  /// - Throws: A problem if a name on the list has arguments that it never has.
  mutating func result(
    of function: Reference, _ arguments: Reference
  ) throws(PickleReader.Problem) -> Object {
    guard case .global(let name) = self[function] else {
      if case .foreign(let name) = self[function] { return .foreign(name) }
      throw PickleReader.Problem(text: "it calls an object that is no class or function")
    }
    guard let known = Known(rawValue: name) else {
      noteForeign(name, at: function)
      return .foreign(name)
    }
    guard case .tuple(let parts) = self[arguments], let object = try object(known, parts) else {
      throw PickleReader.Problem(text: "\(name) has arguments that it never has")
    }
    return object
  }

  private mutating func object(
    _ known: Known, _ parts: [Reference]
  ) throws(PickleReader.Problem) -> Object? {
    switch known {
    case .orderedDictionary: return parts.isEmpty ? .dictionary([]) : try dictionary(parts[0])
    case .tensor:
      try spend(2 * TensorRecord.mostAxes * MemoryLayout<Int>.stride)
      return tensor(parts)
    case .parameter:
      guard let first = parts.first, case .tensor(let tensor) = self[first] else { return nil }
      return .tensor(tensor)
    case .device: return parts.first.flatMap(string).map { .string($0) }
    case .size:
      guard let first = parts.first, case .tuple(let lengths) = self[first] else { return nil }
      return .tuple(lengths)
    case .encode:
      guard parts.count == 2, let text = string(parts[0]), string(parts[1]) == "latin1" else {
        return nil
      }
      try spend(2 * text.utf8.count)
      var bytes: [UInt8] = []
      for scalar in text.unicodeScalars {
        guard let byte = UInt8(exactly: scalar.value) else { return nil }
        bytes.append(byte)
      }
      return .bytes(bytes)
    case .dtype:
      // Letters and digits of numpy's number types, such as f8.
      guard let type = parts.first.flatMap(string), type.utf8.count <= 16 else { return nil }
      return .numpyType(type)
    case .scalar, .newScalar:
      guard parts.count == 2, case .numpyType(let type) = self[parts[0]],
        case .bytes(let bytes) = self[parts[1]]
      else { return nil }
      return scalar(type, bytes)
    }
  }

  /// A dictionary from a list of pairs.
  private mutating func dictionary(_ list: Reference) throws(PickleReader.Problem) -> Object? {
    guard let pairs = parts(list) else { return nil }
    try spend(2 * pairs.count * MemoryLayout<Item>.stride)
    var result: [Item] = []
    for pair in pairs {
      guard let pair = parts(pair), pair.count == 2 else { return nil }
      result.append((pair[0], pair[1]))
    }
    return .dictionary(result)
  }

  /// A tensor from storage, offset, shape, strides; what follows them does not matter for its numbers.
  private func tensor(_ parts: [Reference]) -> Object? {
    guard parts.count >= 4, case .storage(let storage) = self[parts[0]],
      let offset = integer(parts[1]), let shape = integers(parts[2]),
      let strides = integers(parts[3])
    else { return nil }
    return .tensor(
      TensorRecord(storage: storage, offset: offset, shape: shape, strides: strides))
  }

  /// A numpy number from its little-endian bytes.
  private func scalar(_ type: String, _ bytes: [UInt8]) -> Object? {
    func load<Number: BitwiseCopyable>(_: Number.Type) -> Number? {
      guard bytes.count == MemoryLayout<Number>.size else { return nil }
      return bytes.withUnsafeBytes { $0.loadUnaligned(as: Number.self) }
    }
    switch type {
    case "f8": return load(Double.self).map { .float($0) }
    case "f4": return load(Float.self).map { .float(Double($0)) }
    case "i8": return load(Int64.self).map { .integer(Int($0)) }
    case "i4": return load(Int32.self).map { .integer(Int($0)) }
    case "i2": return load(Int16.self).map { .integer(Int($0)) }
    case "i1": return load(Int8.self).map { .integer(Int($0)) }
    case "u4": return load(UInt32.self).map { .integer(Int($0)) }
    case "u2": return load(UInt16.self).map { .integer(Int($0)) }
    case "u1": return load(UInt8.self).map { .integer(Int($0)) }
    case "b1": return load(UInt8.self).map { .bool($0 != 0) }
    default: return .foreign("numpy.dtype(\(type))")
    }
  }

  /// The storage that a persistent identity `("storage", class, key, device, count)` names.
  func storage(_ identity: Reference) -> StorageRecord? {
    guard let parts = parts(identity), parts.count == 5, string(parts[0]) == "storage",
      case .global(let name) = self[parts[1]], name.hasPrefix("torch."),
      let type = TorchDataType(rawValue: String(name.dropFirst("torch.".count))),
      let key = string(parts[2]), let count = integer(parts[4]), count >= 0
    else { return nil }
    return StorageRecord(dataType: type, key: key, count: count)
  }

  /// Appends to a list; what is appended to a placeholder is forgotten.
  mutating func append(
    _ references: [Reference], to target: Reference
  ) throws(PickleReader.Problem) -> Bool {
    switch self[target] {
    case .list(var items):
      if items.isEmpty { try spend(Self.arrayCost) }
      // With no second owner the array grows in place.
      self[target] = .none
      items += references
      self[target] = .list(items)
    case .foreign: break
    default: return false
    }
    return true
  }

  /// Sets items of a dictionary; those of a placeholder are forgotten.
  mutating func set(
    _ pairs: [Item], in target: Reference
  ) throws(PickleReader.Problem) -> Bool {
    switch self[target] {
    case .dictionary(var items):
      if items.isEmpty { try spend(Self.arrayCost) }
      self[target] = .none
      items += pairs
      self[target] = .dictionary(items)
    case .foreign: break
    default: return false
    }
    return true
  }

  /// Takes over an object's state: the byte order of a numpy type; all other state is of no use here.
  mutating func build(_ target: Reference, _ state: Reference) {
    guard case .numpyType(let type) = self[target], !type.hasPrefix(">"),
      let parts = parts(state), parts.count > 1, string(parts[1]) == ">"
    else { return }
    self[target] = .numpyType(">" + type)
  }
}

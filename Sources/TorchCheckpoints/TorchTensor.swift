import ZipArchives

/// A tensor of a checkpoint: what is known without reading its numbers.
public struct TorchTensor: Equatable {
  let record: TensorRecord

  /// Type of the elements.
  public var dataType: TorchDataType { record.storage.dataType }
  /// Lengths of the axes.
  public var shape: [Int] { record.shape }
  /// Number of elements.
  public var count: Int { shape.reduce(1, *) }
}

extension TorchCheckpoint {
  /// The tensors of a part that is a dictionary of them, in the order of the file.
  ///
  /// Tensors that share their storage, as nnU-Net's aliases do, are equal.
  ///
  /// - Parameter name: The part, such as `network_weights`.
  /// - Returns: Names and tensors; a name occurs once.
  /// - Throws: ``TorchCheckpointError`` naming what is missing, no tensor, or contradicts the file.
  public func tensors(
    _ name: String
  ) throws(TorchCheckpointError) -> [(name: String, tensor: TorchTensor)] {
    guard let part = part(name) else {
      throw .missing(path: path, name: name, problem: "is missing")
    }
    guard let items = try Self.items(of: part, in: graph, path: path, place: quoted(name)) else {
      throw .missing(path: path, name: name, problem: "is no dictionary of tensors")
    }
    var result: [(name: String, tensor: TorchTensor)] = []
    var names = Set<String>()
    for (name, value) in items {
      switch graph[value] {
      case .tensor(let record):
        guard names.insert(name).inserted else {
          throw .invalidTensor(path: path, name: name, problem: "its name occurs twice")
        }
        try check(record, named: name)
        result.append((name, TorchTensor(record: record)))
      case .foreign(let foreign), .global(let foreign):
        throw .foreignObject(path: path, name: foreign, place: "the weight \(quoted(name))")
      default: throw .invalidTensor(path: path, name: name, problem: "it is no tensor")
      }
    }
    return result
  }

  /// The numbers of a tensor as float32, last axis fastest, whatever its strides are.
  ///
  /// - Parameters:
  ///   - tensor: One of this checkpoint's.
  ///   - name: Its name, for messages.
  /// - Returns: The numbers, rounded where float32 has too few digits.
  /// - Throws: ``TorchCheckpointError`` if the file's bytes are damaged.
  public func floats(
    _ tensor: TorchTensor, named name: String
  ) throws(TorchCheckpointError) -> [Float] {
    let record = tensor.record
    try check(record, named: name)
    guard let entry = entry(of: record.storage) else { return [] }
    return try Self.wrapped { () throws(ZipError) in
      guard entry.method == .deflated else {
        return Self.floats(record, in: try archive.storedBytes(of: entry))
      }
      let bytes = try archive.contents(of: entry)
      return bytes.withBytes { Self.floats(record, in: $0) }
    }
  }

  private static func floats(
    _ record: TensorRecord, in bytes: UnsafeRawBufferPointer
  ) -> [Float] {
    let (shape, strides, type) = (record.shape, record.strides, record.storage.dataType)
    let count = shape.reduce(1, *)
    return [Float](unsafeUninitializedCapacity: count) { numbers, initialised in
      // shape.count counters, the last axis fastest; `place` is in elements.
      var index = Array(repeating: 0, count: shape.count)
      var place = record.offset
      for number in 0..<count {
        numbers.initializeElement(at: number, to: type.float(bytes, at: place))
        for axis in index.indices.reversed() {
          index[axis] += 1
          place += strides[axis]
          if index[axis] < shape[axis] { break }
          place -= strides[axis] * shape[axis]
          index[axis] = 0
        }
      }
      initialised = count
    }
  }

  /// Refuses a tensor that reaches outside its storage, or a storage that is not the file's.
  private func check(_ record: TensorRecord, named name: String) throws(TorchCheckpointError) {
    let path = path
    func invalid(_ problem: String) -> TorchCheckpointError {
      .invalidTensor(path: path, name: name, problem: problem)
    }
    let storage = record.storage
    guard let entry = entry(of: storage) else {
      throw invalid("its numbers (data/\(quoted(storage.key))) are missing")
    }
    let (bytes, overflow) = storage.count.multipliedReportingOverflow(
      by: storage.dataType.byteCount)
    guard !overflow, bytes == entry.byteCount else {
      throw invalid(
        "its storage claims \(storage.count) numbers of \(storage.dataType.byteCount) bytes, the "
          + "file holds \(entry.byteCount) bytes")
    }
    let (shape, strides) = (record.shape, record.strides)
    guard shape.count == strides.count,
      (shape + strides).allSatisfy({ $0 >= 0 }), record.offset >= 0
    else { throw invalid("its shape \(shape) and strides \(strides) are impossible") }
    var (count, last) = (1, record.offset)
    for (length, stride) in zip(shape, strides) {
      let (product, tooMany) = count.multipliedReportingOverflow(by: length)
      let (reach, tooFar) = max(length - 1, 0).multipliedReportingOverflow(by: stride)
      let (sum, tooLarge) = last.addingReportingOverflow(reach)
      guard !tooMany, !tooFar, !tooLarge else {
        throw invalid("its shape \(shape) and strides \(strides) are impossible")
      }
      (count, last) = (product, sum)
    }
    guard count <= storage.count, count == 0 || last < storage.count else {
      throw invalid(
        "its shape \(shape) with strides \(strides) from \(record.offset) reaches outside its "
          + "storage of \(storage.count) numbers")
    }
  }
}

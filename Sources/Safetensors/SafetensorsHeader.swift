import JSONDocuments

/// The checked header of a safetensors file: no entry reaches outside the data or into another's.
struct SafetensorsHeader {
  struct Entry {
    let name: String
    let dataType: SafetensorsDataType
    let shape: [Int]
    /// First byte and end, counted from the first byte of the data.
    let bytes: Range<Int>
  }

  /// Member of the header that holds free text instead of a tensor.
  static let metadataName = "__metadata__"
  /// The format's own limit, so that a damaged length cannot ask for the whole memory.
  static let largestByteCount = 100_000_000

  let entries: [Entry]
  let metadata: [String: String]

  /// Checks a header's JSON against the number of bytes that follow it.
  init(text: [UInt8], dataByteCount: Int, path: String) throws(SafetensorsError) {
    let document: JSONValue
    do throws(JSONSyntaxError) {
      document = try JSONValue(parsing: text, repeatedNames: .refuse)
    } catch {
      throw .invalidHeader(path: path, problem: error.description)
    }
    guard case .object(let object) = document else {
      throw .invalidHeader(path: path, problem: "expected a JSON object")
    }
    var entries: [Entry] = []
    var metadata: [String: String] = [:]
    for (name, value) in object.members {
      if name == Self.metadataName {
        metadata = try Self.metadata(value, path: path)
      } else {
        entries.append(try Self.entry(name, value, dataByteCount: dataByteCount, path: path))
      }
    }
    self.metadata = metadata
    self.entries = entries.sorted {
      ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound)
    }
    try checkCoverage(dataByteCount: dataByteCount, path: path)
  }

  private static func metadata(
    _ value: JSONValue, path: String
  ) throws(SafetensorsError) -> [String: String] {
    guard case .object(let object) = value else {
      throw .invalidHeader(path: path, problem: "\(metadataName) is no JSON object")
    }
    var metadata: [String: String] = [:]
    for (name, value) in object.members {
      guard case .string(let text) = value else {
        throw .invalidHeader(path: path, problem: "\(metadataName) \"\(name)\" is no string")
      }
      metadata[name] = text
    }
    return metadata
  }

  private static func entry(
    _ name: String, _ value: JSONValue, dataByteCount: Int, path: String
  ) throws(SafetensorsError) -> Entry {
    func invalid(_ problem: String) -> SafetensorsError {
      .invalidTensor(path: path, name: name, problem: problem)
    }
    guard case .object = value else { throw invalid("its entry is no JSON object") }
    guard case .string(let code)? = value["dtype"] else { throw invalid("it has no dtype") }
    guard let dataType = SafetensorsDataType(rawValue: code) else {
      let known = SafetensorsDataType.allCases.map(\.rawValue).joined(separator: ", ")
      throw invalid("its dtype \"\(code)\" is none of \(known)")
    }
    guard let shape = wholeNumbers(value["shape"]) else {
      throw invalid("its shape is no array of whole numbers")
    }
    guard let offsets = wholeNumbers(value["data_offsets"]), offsets.count == 2 else {
      throw invalid("its data_offsets are not two whole numbers")
    }
    guard 0 <= offsets[0], offsets[0] <= offsets[1], offsets[1] <= dataByteCount else {
      throw invalid(
        "its data_offsets \(offsets) do not lie within the file's \(dataByteCount) bytes of data")
    }
    guard let expected = dataType.byteCount(ofShape: shape) else {
      throw invalid("its shape \(shape) is impossible")
    }
    guard expected == offsets[1] - offsets[0] else {
      throw invalid(
        "shape \(shape) of \(code) takes \(expected) bytes, its data_offsets \(offsets) hold "
          + "\(offsets[1] - offsets[0])")
    }
    return Entry(name: name, dataType: dataType, shape: shape, bytes: offsets[0]..<offsets[1])
  }

  /// Only numbers written without fraction count: 3.0 is no length.
  private static func wholeNumbers(_ value: JSONValue?) -> [Int]? {
    guard case .array(let elements)? = value else { return nil }
    var numbers: [Int] = []
    for element in elements {
      guard case .integer(let number) = element else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  /// The format wants every byte of the data to belong to exactly one tensor.
  private func checkCoverage(dataByteCount: Int, path: String) throws(SafetensorsError) {
    var end = 0
    var previous = ""
    for entry in entries {
      if entry.bytes.lowerBound < end {
        throw .invalidTensor(
          path: path, name: entry.name,
          problem: "its data overlap those of \"\(previous)\" by \(end - entry.bytes.lowerBound) "
            + "bytes")
      }
      if entry.bytes.lowerBound > end {
        throw .invalidTensor(
          path: path, name: entry.name,
          problem: "\(entry.bytes.lowerBound - end) bytes before its data belong to no tensor")
      }
      (end, previous) = (entry.bytes.upperBound, entry.name)
    }
    if end != dataByteCount {
      throw .invalidHeader(
        path: path,
        problem: "its tensors take \(end) bytes, the file holds \(dataByteCount) bytes of data")
    }
  }
}

import ZipArchives

/// An array as numpy keeps it in a `.npy` file.
public struct NumPyArray: Sendable, Equatable {
  /// Type of the elements.
  public let dataType: NumPyDataType
  /// Lengths of the axes, slowest in memory first; empty for a single number.
  public let shape: [Int]
  /// The elements, little-endian, last axis fastest, whatever the file's order was.
  public let bytes: [UInt8]

  /// Reads a `.npy` file.
  ///
  /// Objects and records are refused: nothing in the file is ever executed.
  ///
  /// - Parameter path: Path of the file.
  /// - Throws: ``NumPyError`` if the file cannot be read, is damaged, or its elements are no numbers.
  public init(contentsOf path: String) throws(NumPyError) {
    let file: FileBytes
    do throws(ZipError) { file = try FileBytes(contentsOf: path) } catch { throw .archive(error) }
    self = try withExtendedLifetime(file) { () throws(NumPyError) in
      try NumPyArray(file.bytes, path: path)
    }
  }

  /// Reads an array from the bytes of a `.npy` file.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - path: What messages call it.
  /// - Throws: ``NumPyError`` as ``init(contentsOf:)``.
  package init(_ bytes: UnsafeRawBufferPointer, path: String) throws(NumPyError) {
    let header = try NumPyHeader(bytes, path: path)
    let data = UnsafeRawBufferPointer(rebasing: bytes[header.byteCount...])
    guard let expected = header.dataType.byteCount(ofShape: header.shape), expected == data.count
    else {
      throw .damaged(
        path: path,
        problem: "its shape \(header.shape) of \(header.dataType.rawValue) does not fit its "
          + "\(data.count) bytes")
    }
    dataType = header.dataType
    shape = header.shape
    var elements = header.isFortranOrder ? Self.reordered(data, header) : Array(data)
    if header.isBigEndian {
      let width = header.dataType.byteCount
      for start in stride(from: 0, to: elements.count, by: width) {
        elements[start..<start + width].reverse()
      }
    }
    self.bytes = elements
  }

  /// Number of elements.
  public var count: Int { bytes.count / dataType.byteCount }

  /// The elements as float32, rounded where they need more digits.
  public func floats() -> [Float] { numbers() }

  /// The elements as float64, rounded where they are whole numbers beyond 2^53.
  public func doubles() -> [Double] { numbers() }

  /// The elements as whole numbers, or nil if one of them has a fraction or no room.
  public func integers() -> [Int]? {
    switch dataType {
    case .uint64:
      let values: [UInt64] = elements()
      return values.allSatisfy { $0 <= UInt64(Int.max) } ? values.map(Int.init) : nil
    case .int64: return (elements() as [Int64]).map(Int.init)
    default:
      var result: [Int] = []
      for value in doubles() {
        guard let whole = Int(exactly: value) else { return nil }
        result.append(whole)
      }
      return result
    }
  }

  private func numbers<Number: BinaryFloatingPoint>() -> [Number] {
    switch dataType {
    case .float16: (elements() as [UInt16]).map { Number(float32(half: $0)) }
    case .float32: (elements() as [Float]).map { Number($0) }
    case .float64: (elements() as [Double]).map { Number($0) }
    case .int8: (elements() as [Int8]).map { Number($0) }
    case .int16: (elements() as [Int16]).map { Number($0) }
    case .int32: (elements() as [Int32]).map { Number($0) }
    case .int64: (elements() as [Int64]).map { Number($0) }
    case .uint8: (elements() as [UInt8]).map { Number($0) }
    case .uint16: (elements() as [UInt16]).map { Number($0) }
    case .uint32: (elements() as [UInt32]).map { Number($0) }
    case .uint64: (elements() as [UInt64]).map { Number($0) }
    case .bool: (elements() as [UInt8]).map { $0 == 0 ? 0 : 1 }
    }
  }

  private func elements<Element: BitwiseCopyable>() -> [Element] {
    bytes.withUnsafeBytes { buffer in
      (0..<count).map {
        buffer.loadUnaligned(fromByteOffset: $0 * dataType.byteCount, as: Element.self)
      }
    }
  }

  /// The elements with the last axis fastest, from a file in which the first one is.
  private static func reordered(_ data: UnsafeRawBufferPointer, _ header: NumPyHeader) -> [UInt8] {
    let width = header.dataType.byteCount
    var steps: [Int] = []
    var step = width
    for length in header.shape {
      steps.append(step)
      step *= length
    }
    var result: [UInt8] = []
    result.reserveCapacity(data.count)
    var index = Array(repeating: 0, count: header.shape.count)
    for _ in 0..<data.count / width {
      let place = zip(index, steps).reduce(0) { $0 + $1.0 * $1.1 }
      result.append(contentsOf: data[place..<place + width])
      for axis in index.indices.reversed() {
        index[axis] += 1
        if index[axis] < header.shape[axis] { break }
        index[axis] = 0
      }
    }
    return result
  }
}

/// A binary16 number; Swift has no `Float16` on every processor that runs Linux.
func float32(half bits: UInt16) -> Float {
  let sign: Float = bits >> 15 == 0 ? 1 : -1
  let (exponent, fraction) = (Int(bits >> 10 & 0x1F), Float(bits & 0x3FF))
  switch exponent {
  case 0: return sign * fraction * 0x1p-24
  case 31: return fraction == 0 ? sign * .infinity : .nan
  default:
    return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
  }
}

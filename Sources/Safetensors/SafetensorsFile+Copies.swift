extension SafetensorsFile {
  /// A copy of a tensor of floating-point numbers, as `Float`.
  ///
  /// - Parameter name: Name of a tensor of F32, F64 (rounded), F16 or BF16.
  /// - Returns: The elements, last axis fastest.
  /// - Throws: ``SafetensorsError`` if there is no such tensor or its type is another.
  /// - Complexity: O(elements).
  public func floats(_ name: String) throws(SafetensorsError) -> [Float] {
    let tensor = try tensor(named: name)
    switch tensor.dataType {
    case .float32: return elements(of: tensor) { (value: Float) in value }
    case .float64: return elements(of: tensor) { (value: Double) in Float(value) }
    case .float16: return elements(of: tensor) { (value: Float16) in Float(value) }
    case .bfloat16:
      return elements(of: tensor) { (value: UInt16) in Float(bitPattern: UInt32(value) << 16) }
    default:
      throw .unexpectedType(
        path: path, name: name, expected: "F32, F64, F16 or BF16", found: tensor.dataType)
    }
  }

  /// A copy of a tensor of 16-bit integers.
  ///
  /// - Parameter name: Name of a tensor of I16.
  /// - Returns: The elements, last axis fastest.
  /// - Throws: ``SafetensorsError`` if there is no such tensor or its type is another.
  public func int16s(_ name: String) throws(SafetensorsError) -> [Int16] {
    try copy(name, of: .int16)
  }

  /// A copy of a tensor of 32-bit integers.
  ///
  /// - Parameter name: Name of a tensor of I32.
  /// - Returns: The elements, last axis fastest.
  /// - Throws: ``SafetensorsError`` if there is no such tensor or its type is another.
  public func int32s(_ name: String) throws(SafetensorsError) -> [Int32] {
    try copy(name, of: .int32)
  }

  /// A copy of a tensor of 64-bit integers.
  ///
  /// - Parameter name: Name of a tensor of I64.
  /// - Returns: The elements, last axis fastest.
  /// - Throws: ``SafetensorsError`` if there is no such tensor or its type is another.
  public func int64s(_ name: String) throws(SafetensorsError) -> [Int64] {
    try copy(name, of: .int64)
  }

  /// A copy of a tensor's bytes, whatever its type.
  ///
  /// - Parameter name: Name of the tensor.
  /// - Returns: The elements, little-endian, last axis fastest.
  /// - Throws: ``SafetensorsError/missingTensor(path:name:available:)``.
  public func bytes(_ name: String) throws(SafetensorsError) -> [UInt8] {
    let tensor = try tensor(named: name)
    return withExtendedLifetime(self) { Array(tensor.bytes) }
  }

  private func copy<Element: FixedWidthInteger & BitwiseCopyable>(
    _ name: String, of dataType: SafetensorsDataType
  ) throws(SafetensorsError) -> [Element] {
    let tensor = try tensor(named: name)
    guard tensor.dataType == dataType else {
      throw .unexpectedType(
        path: path, name: name, expected: dataType.rawValue, found: tensor.dataType)
    }
    return elements(of: tensor) { (value: Element) in value }
  }

  private func elements<Stored: BitwiseCopyable, Result>(
    of tensor: SafetensorsTensor, _ convert: (Stored) -> Result
  ) -> [Result] {
    withExtendedLifetime(self) {
      [Result](unsafeUninitializedCapacity: tensor.count) { target, count in
        for index in 0..<tensor.count {
          // The data of a file need not be aligned for their type.
          let value = tensor.bytes.loadUnaligned(
            fromByteOffset: index * MemoryLayout<Stored>.stride, as: Stored.self)
          target.initializeElement(at: index, to: convert(value))
        }
        count = tensor.count
      }
    }
  }
}

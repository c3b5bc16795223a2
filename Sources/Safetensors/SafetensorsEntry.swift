/// A tensor to be written to a safetensors file.
public struct SafetensorsEntry {
  /// Takes the next piece of a tensor's bytes.
  public typealias Append = (UnsafeRawBufferPointer) throws(SafetensorsError) -> Void

  /// Name of the tensor.
  public let name: String
  /// Type of the elements.
  public let dataType: SafetensorsDataType
  /// Lengths of the axes, slowest in memory first.
  public let shape: [Int]

  let write: (Append) throws(SafetensorsError) -> Void

  /// A tensor whose bytes are made while the file is written.
  ///
  /// - Parameters:
  ///   - name: Name of the tensor, unique in its file.
  ///   - dataType: Type of the elements.
  ///   - shape: Lengths of the axes, slowest in memory first.
  ///   - write: Hands over the elements, little-endian, last axis fastest, in one or more pieces.
  public init(
    name: String, dataType: SafetensorsDataType, shape: [Int],
    writing write: @escaping (Append) throws(SafetensorsError) -> Void
  ) {
    self.name = name
    self.dataType = dataType
    self.shape = shape
    self.write = write
  }

  /// A tensor from its bytes.
  ///
  /// - Parameters:
  ///   - name: Name of the tensor, unique in its file.
  ///   - dataType: Type of the elements.
  ///   - shape: Lengths of the axes, slowest in memory first.
  ///   - bytes: The elements, little-endian, last axis fastest.
  public init(name: String, dataType: SafetensorsDataType, shape: [Int], bytes: [UInt8]) {
    self.init(name: name, dataType: dataType, shape: shape, elements: bytes)
  }

  /// A tensor of F32.
  public init(name: String, shape: [Int], floats: [Float]) {
    self.init(name: name, dataType: .float32, shape: shape, elements: floats)
  }

  /// A tensor of I16.
  public init(name: String, shape: [Int], int16s: [Int16]) {
    self.init(name: name, dataType: .int16, shape: shape, elements: int16s)
  }

  /// A tensor of I32.
  public init(name: String, shape: [Int], int32s: [Int32]) {
    self.init(name: name, dataType: .int32, shape: shape, elements: int32s)
  }

  /// A tensor of I64.
  public init(name: String, shape: [Int], int64s: [Int64]) {
    self.init(name: name, dataType: .int64, shape: shape, elements: int64s)
  }

  private init<Element: BitwiseCopyable>(
    name: String, dataType: SafetensorsDataType, shape: [Int], elements: [Element]
  ) {
    self.init(name: name, dataType: dataType, shape: shape) { (append) throws(SafetensorsError) in
      try elements.withUnsafeBufferPointer { (buffer) throws(SafetensorsError) in
        try append(UnsafeRawBufferPointer(buffer))
      }
    }
  }
}

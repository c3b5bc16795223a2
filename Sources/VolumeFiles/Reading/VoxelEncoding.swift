/// How the numbers of a file become intensities.
struct VoxelEncoding {
  var type: VoxelType
  /// Whether the file's byte order is not the machine's.
  var isSwapped = false
  /// Factor and summand of the stored numbers, applied in double precision as ITK does; nil where
  /// they change nothing.
  var scaling: (slope: Double, intercept: Double)?

  /// Whether the stored bytes are the intensities.
  var isPlain: Bool { type == .float32 && !isSwapped && scaling == nil }

  /// Decodes as many numbers as `numbers` holds from bytes aligned to 8.
  func decode(_ stored: UnsafeRawPointer, into numbers: UnsafeMutableBufferPointer<Float>) {
    switch type {
    case .uint8: decodeIntegers(stored, UInt8.self, numbers)
    case .int8: decodeIntegers(stored, Int8.self, numbers)
    case .uint16: decodeIntegers(stored, UInt16.self, numbers)
    case .int16: decodeIntegers(stored, Int16.self, numbers)
    case .uint32: decodeIntegers(stored, UInt32.self, numbers)
    case .int32: decodeIntegers(stored, Int32.self, numbers)
    case .uint64: decodeIntegers(stored, UInt64.self, numbers)
    case .int64: decodeIntegers(stored, Int64.self, numbers)
    case .float32:
      let source = stored.assumingMemoryBound(to: UInt32.self)
      if isSwapped {
        convert(numbers) { Double(Float(bitPattern: source[$0].byteSwapped)) }
      } else {
        convert(numbers) { Double(Float(bitPattern: source[$0])) }
      }
    case .float64:
      let source = stored.assumingMemoryBound(to: UInt64.self)
      if isSwapped {
        convert(numbers) { Double(bitPattern: source[$0].byteSwapped) }
      } else {
        convert(numbers) { Double(bitPattern: source[$0]) }
      }
    }
  }

  @inline(__always)
  private func decodeIntegers<T: FixedWidthInteger>(
    _ stored: UnsafeRawPointer, _ type: T.Type, _ numbers: UnsafeMutableBufferPointer<Float>
  ) {
    let source = stored.assumingMemoryBound(to: T.self)
    switch (isSwapped, scaling) {
    case (false, nil):
      for index in numbers.indices { numbers[index] = Float(source[index]) }
    case (true, nil):
      for index in numbers.indices { numbers[index] = Float(source[index].byteSwapped) }
    case (false, .some):
      convert(numbers) { Double(source[$0]) }
    case (true, .some):
      convert(numbers) { Double(source[$0].byteSwapped) }
    }
  }

  @inline(__always)
  private func convert(
    _ numbers: UnsafeMutableBufferPointer<Float>, _ number: (Int) -> Double
  ) {
    if let (slope, intercept) = scaling {
      for index in numbers.indices { numbers[index] = Float(number(index) * slope + intercept) }
    } else {
      for index in numbers.indices { numbers[index] = Float(number(index)) }
    }
  }
}

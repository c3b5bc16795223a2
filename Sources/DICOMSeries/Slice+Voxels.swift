extension Slice {
  /// Reads the stored values, x fastest, into an array of columns x rows numbers.
  func readStored(into stored: inout [Double]) throws(DICOMError) {
    precondition(
      stored.count == columns * rows, "\(stored.count) numbers for a plane of \(columns) x \(rows)")
    let elements = try HeaderElements(path: path)
    guard let format = try StoredFormat(elements), let voxels = elements.voxels,
      voxels.count >= stored.count * format.bytes
    else { throw .damaged(path: path, problem: "truncated or changed while it was read") }
    let bytes = elements.bytes
    for index in stored.indices {
      let start = voxels.lowerBound + index * format.bytes
      let bits = (0..<format.bytes).reduce(UInt32(0)) {
        $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1)
      }
      stored[index] = format.number(bits)
    }
  }
}

/// How a voxel's number is stored.
struct StoredFormat {
  /// Bytes of a voxel: 1, 2 or 4.
  let bytes: Int
  private let isSigned: Bool
  /// Bits above and below those that are used.
  private let (above, below): (UInt32, UInt32)

  /// The format that a header tells; nil for one that is not read.
  init?(_ elements: HeaderElements) throws(DICOMError) {
    let allocated = try elements.integer(
      0x0028_0100, named: "BitsAllocated", in: 1...64, absent: 16)
    guard [8, 16, 32].contains(allocated) else { return nil }
    let used = try elements.integer(
      0x0028_0101, named: "BitsStored", in: 1...allocated, absent: allocated)
    let high = try elements.integer(
      0x0028_0102, named: "HighBit", in: used - 1...allocated - 1, absent: used - 1)
    isSigned =
      try elements.integer(0x0028_0103, named: "PixelRepresentation", in: 0...1, absent: 0) == 1
    bytes = allocated / 8
    (above, below) = (UInt32(31 - high), UInt32(high + 1 - used))
  }

  /// The number of some bits.
  func number(_ bits: UInt32) -> Double {
    let shifted = bits << above
    return isSigned
      ? Double(Int32(bitPattern: shifted) >> Int32(above + below))
      : Double(shifted >> (above + below))
  }
}

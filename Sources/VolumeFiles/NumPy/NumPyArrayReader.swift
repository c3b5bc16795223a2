import CZlib

/// An array of floats in a `.npz` archive, read from its beginning to its end.
///
/// A few hundred kilobytes of it are in memory at a time.
public final class NumPyArrayReader {
  /// Lengths of the axes, the last one fastest.
  public let shape: [Int]
  private let path: String
  private let itemSize: Int
  private let content: ZipContent
  private var unread: Int
  private var raw: [UInt8] = []

  /// Opens an archive and reads the array's header.
  ///
  /// - Parameters:
  ///   - path: The archive, as `numpy.savez` or `numpy.savez_compressed` writes it.
  ///   - name: The array's name.
  /// - Throws: ``VolumeFileError`` if the file is damaged, or holds no floats of that name.
  public init(_ path: String, array name: String) throws(VolumeFileError) {
    self.path = path
    let file = try InputFile(path)
    content = try ZipContent(ZipEntry(named: name + ".npy", in: file), of: file)
    let magic = try content.read(10)
    guard magic.starts(with: [0x93] + Array("NUMPY".utf8)), (1...3).contains(magic[6]) else {
      throw .damagedHeader(path: path, problem: "\(name) is no array of numpy")
    }
    var length = Int(magic[8]) | Int(magic[9]) << 8
    var before = 10
    if magic[6] > 1 {
      let more = try content.read(2)
      length |= Int(more[0]) << 16 | Int(more[1]) << 24
      before = 12
    }
    guard length <= 1 << 16 else {
      throw .damagedHeader(path: path, problem: "\(name) has a header of \(length) bytes")
    }
    let header = try NumPyHeader(
      String(decoding: try content.read(length), as: UTF8.self), path: path)
    shape = header.shape
    itemSize = header.itemSize
    unread = header.shape.reduce(1, *)
    guard unread * itemSize == content.size - before - length else {
      throw .truncated(
        path: path, expectedBytes: unread * itemSize, foundBytes: content.size - before - length)
    }
  }

  /// Reads the next numbers; with the last of them the checksum is compared.
  ///
  /// - Parameter numbers: Where they go; no more than there are left.
  /// - Throws: ``VolumeFileError`` if the file is damaged.
  public func read(into numbers: UnsafeMutableBufferPointer<Float>) throws(VolumeFileError) {
    precondition(numbers.count <= unread, "\(numbers.count) numbers of \(unread)")
    let step = 1 << 15
    for start in stride(from: 0, to: numbers.count, by: step) {
      let piece = UnsafeMutableBufferPointer(
        rebasing: numbers[start..<min(numbers.count, start + step)])
      if itemSize == 4 {
        try content.read(into: UnsafeMutableRawBufferPointer(piece))
        continue
      }
      raw = try content.read(piece.count * itemSize)
      raw.withUnsafeBytes { bytes in
        for index in piece.indices {
          piece[index] =
            itemSize == 8
            ? Float(bytes.loadUnaligned(fromByteOffset: 8 * index, as: Double.self))
            : Float(halfBits: bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
        }
      }
    }
    unread -= numbers.count
    if unread == 0 { try content.compareChecksum() }
  }
}

extension Float {
  /// The number that 16 bits mean in IEEE 754's half precision.
  fileprivate init(halfBits bits: UInt16) {
    let (exponent, fraction) = (Int(bits >> 10 & 31), UInt32(bits & 1023))
    let magnitude: Float =
      switch exponent {
      case 0: Float(fraction) * 0x1p-24
      case 31: fraction == 0 ? .infinity : .nan
      default: Float(bitPattern: UInt32(exponent + 112) << 23 | fraction << 13)
      }
    self = bits >> 15 == 1 ? -magnitude : magnitude
  }
}

/// The bytes of a file in a zip archive, in order.
private final class ZipContent {
  /// How many bytes there are.
  let size: Int
  private let entry: ZipEntry
  private let file: InputFile
  private var inflater: Inflater?
  private var position: Int
  private var checksum: UInt = 0

  init(_ entry: ZipEntry, of file: InputFile) throws(VolumeFileError) {
    self.entry = entry
    self.file = file
    size = entry.size
    position = entry.offset
    if entry.isDeflated {
      inflater = try Inflater(path: file.path, wrapping: .none) {
        [unowned self] (buffer) throws(VolumeFileError) in try stored(buffer)
      }
    }
  }

  private func stored(_ bytes: UnsafeMutableRawBufferPointer) throws(VolumeFileError) -> Int {
    let left = entry.offset + entry.storedSize - position
    let count = try file.read(
      UnsafeMutableRawBufferPointer(rebasing: bytes[..<min(bytes.count, left)]), at: position)
    position += count
    return count
  }

  func read(into bytes: UnsafeMutableRawBufferPointer) throws(VolumeFileError) {
    let count: Int
    if let inflater { count = try inflater.read(bytes) } else { count = try stored(bytes) }
    guard count == bytes.count else {
      throw .truncated(path: file.path, expectedBytes: bytes.count, foundBytes: count)
    }
    checksum = crc32(
      checksum, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(bytes.count))
  }

  func read(_ count: Int) throws(VolumeFileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withUnsafeMutableBufferPointer { (buffer) throws(VolumeFileError) in
      try read(into: UnsafeMutableRawBufferPointer(buffer))
    }
    return bytes
  }

  func compareChecksum() throws(VolumeFileError) {
    guard checksum == UInt(entry.checksum) else {
      throw .damagedVoxels(path: file.path, problem: "the checksum is wrong")
    }
  }
}

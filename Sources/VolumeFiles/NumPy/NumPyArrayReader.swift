import ZipArchives

/// An array of floats in a `.npz` archive, read from its beginning to its end.
///
/// A few hundred kilobytes of it are in memory at a time.
public final class NumPyArrayReader {
  /// Lengths of the axes, the last one fastest.
  public let shape: [Int]
  private let path: String
  private let itemSize: Int
  private let content: ZipEntryReader
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
    content = try Self.content(of: path, array: name)
    let magic = try content.bytes(10, of: path)
    guard magic.starts(with: [0x93] + Array("NUMPY".utf8)), (1...3).contains(magic[6]) else {
      throw .damagedHeader(path: path, problem: "\(name) is no array of numpy")
    }
    var length = Int(magic[8]) | Int(magic[9]) << 8
    if magic[6] > 1 {
      let more = try content.bytes(2, of: path)
      length |= Int(more[0]) << 16 | Int(more[1]) << 24
    }
    guard length <= 1 << 16 else {
      throw .damagedHeader(path: path, problem: "\(name) has a header of \(length) bytes")
    }
    let header = try NumPyHeader(
      String(decoding: try content.bytes(length, of: path), as: UTF8.self), path: path)
    shape = header.shape
    itemSize = header.itemSize
    unread = header.shape.reduce(1, *)
    guard unread * itemSize == content.unread else {
      throw .truncated(path: path, expectedBytes: unread * itemSize, foundBytes: content.unread)
    }
  }

  private static func content(
    of path: String, array name: String
  ) throws(VolumeFileError) -> ZipEntryReader {
    let archive: ZipArchive
    do throws(ZipError) { archive = try ZipArchive(contentsOf: path) } catch {
      throw .archive(error)
    }
    guard let entry = archive.entry(named: name + ".npy") else {
      throw .damagedHeader(path: path, problem: "the archive has no array \(name)")
    }
    do throws(ZipError) { return try ZipEntryReader(entry, of: archive) } catch {
      throw .archive(error)
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
        try content.fill(UnsafeMutableRawBufferPointer(piece))
        continue
      }
      raw = try content.bytes(piece.count * itemSize, of: path)
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

extension ZipEntryReader {
  /// Fills a buffer; no more than there are left.
  fileprivate func fill(_ bytes: UnsafeMutableRawBufferPointer) throws(VolumeFileError) {
    do throws(ZipError) { try read(into: bytes) } catch { throw .archive(error) }
  }

  /// The next bytes, which a file that is whole has.
  fileprivate func bytes(_ count: Int, of path: String) throws(VolumeFileError) -> [UInt8] {
    guard count <= unread else {
      throw .truncated(path: path, expectedBytes: count, foundBytes: unread)
    }
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withUnsafeMutableBufferPointer { (buffer) throws(VolumeFileError) in
      try fill(UnsafeMutableRawBufferPointer(buffer))
    }
    return bytes
  }
}

import DeflateStreams
import FileOutput
import Parallelism

/// Writes an array of single-precision numbers into a compressed `.npz` archive that numpy reads,
/// while the numbers come.
///
/// Blocks of a megabyte are compressed on all threads; the bytes do not depend on how many there
/// are. About forty megabytes are in memory at a time.
public final class NumPyArrayWriter {
  private let name: String
  private var file: AtomicFile?
  private let path: String
  /// Numbers that are not compressed yet.
  private var pending: [UInt8] = []
  private var expected: Int
  private var size = 0
  private var storedSize = 0
  private var checksum: UInt32 = 0

  private static let blockBytes = 1 << 20
  private static let blocksAtATime = 16

  /// Begins an archive.
  ///
  /// - Parameters:
  ///   - path: The name, which ends in `.npz`; its folder must exist. The file appears when it is
  ///     complete.
  ///   - name: The array's name.
  ///   - shape: Lengths of the axes, the last one fastest.
  /// - Throws: ``VolumeFileError/unwritable(_:)``.
  public init(_ path: String, array name: String, shape: [Int]) throws(VolumeFileError) {
    self.path = path
    self.name = name + ".npy"
    expected = shape.reduce(1, *)
    do throws(FileOutputError) { file = try AtomicFile(replacing: path) } catch {
      throw .unwritable(error)
    }
    try store(localHeader)
    pending = NumPyHeader.bytes(shape: shape)
    pending.reserveCapacity((Self.blocksAtATime + 1) * Self.blockBytes)
  }

  /// Appends numbers.
  ///
  /// - Parameter numbers: Any count, in all as many as the shape has.
  /// - Throws: ``VolumeFileError/unwritable(_:)``.
  public func write(_ numbers: UnsafeBufferPointer<Float>) throws(VolumeFileError) {
    precondition(numbers.count <= expected, "\(numbers.count) numbers, \(expected) expected")
    expected -= numbers.count
    var rest = UnsafeRawBufferPointer(numbers)[...]
    while !rest.isEmpty {
      let room = Self.blocksAtATime * Self.blockBytes - pending.count
      pending.append(contentsOf: rest.prefix(room))
      rest = rest.dropFirst(room)
      if pending.count >= Self.blocksAtATime * Self.blockBytes { try compressPending() }
    }
  }

  /// Completes the archive and gives it its name.
  ///
  /// - Throws: ``VolumeFileError/unwritable(_:)``.
  public func commit() throws(VolumeFileError) {
    precondition(expected == 0, "\(expected) numbers are missing")
    try compressPending()
    // An empty last block ends the stream.
    try storeCompressed([3, 0])
    let directory = localHeader.count + storedSize
    try store(centralHeader)
    try store(endOfDirectory(at: directory, count: centralHeader.count))
    guard let finished = file.take() else { return }
    do throws(FileOutputError) {
      try finished.replace(localHeader, at: 0)
      try finished.commit()
    } catch {
      throw .unwritable(error)
    }
  }

  private func compressPending() throws(VolumeFileError) {
    let blocks = pending.withUnsafeBytes { bytes in
      // Every call reads a block of its own.
      nonisolated(unsafe) let bytes = bytes
      checksum = crc32(of: bytes, after: checksum)
      return parallelMap((bytes.count + Self.blockBytes - 1) / Self.blockBytes) { index in
        deflated(
          UnsafeRawBufferPointer(
            rebasing: bytes[
              index * Self.blockBytes..<min(bytes.count, (index + 1) * Self.blockBytes)]))
      }
    }
    size += pending.count
    pending.removeAll(keepingCapacity: true)
    for block in blocks { try storeCompressed(block) }
  }

  private func storeCompressed(_ bytes: [UInt8]) throws(VolumeFileError) {
    storedSize += bytes.count
    try store(bytes)
  }

  private func store(_ bytes: [UInt8]) throws(VolumeFileError) {
    do throws(FileOutputError) { try file?.write(bytes.span.bytes) } catch {
      throw .unwritable(error)
    }
  }
}

/// A block of a deflate stream that ends at a whole byte, so that the next can follow.
private func deflated(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
  // Probabilities hardly compress: the fastest level loses little.
  guard let deflater = Deflater(.none, level: 1) else {
    preconditionFailure("no 256 KiB of memory to compress")
  }
  var result: [UInt8] = []
  result.reserveCapacity(bytes.count + bytes.count / 64)
  deflater.compress(bytes, ending: .block) { result.append(contentsOf: $0) }
  return result
}

extension NumPyArrayWriter {
  /// What stands before the compressed bytes; its length does not change with the sizes.
  private var localHeader: [UInt8] {
    var bytes = numbers((0x0403_4B50, 4), (45, 2)) + common
    bytes += numbers((name.utf8.count, 2), (20, 2)) + Array(name.utf8)
    return bytes + sizes
  }

  private var centralHeader: [UInt8] {
    var bytes = numbers((0x0201_4B50, 4), (45, 2), (45, 2)) + common
    bytes += numbers((name.utf8.count, 2), (20, 2), (0, 2), (0, 2), (0, 2), (0, 4), (0, 4))
    return bytes + Array(name.utf8) + sizes
  }

  /// Flags, method, a time that is always the same, checksum, and sizes that stand elsewhere.
  private var common: [UInt8] {
    numbers(
      (0, 2), (8, 2), (0, 2), (0x21, 2), (Int(checksum), 4), (0xFFFF_FFFF, 4), (0xFFFF_FFFF, 4))
  }

  /// The sizes in 64 bits.
  private var sizes: [UInt8] { numbers((1, 2), (16, 2), (size, 8), (storedSize, 8)) }

  private func endOfDirectory(at offset: Int, count: Int) -> [UInt8] {
    let isLarge = offset >= 0xFFFF_FFFF
    var bytes: [UInt8] = []
    if isLarge {
      bytes += numbers(
        (0x0606_4B50, 4), (44, 8), (45, 2), (45, 2), (0, 4), (0, 4), (1, 8), (1, 8), (count, 8),
        (offset, 8))
      bytes += numbers((0x0706_4B50, 4), (0, 4), (offset + count, 8), (1, 4))
    }
    return bytes
      + numbers(
        (0x0605_4B50, 4), (0, 2), (0, 2), (1, 2), (1, 2), (count, 4),
        (isLarge ? 0xFFFF_FFFF : offset, 4), (0, 2))
  }

  /// Numbers in little-endian order, each of a number of bytes.
  private func numbers(_ values: (value: Int, length: Int)...) -> [UInt8] {
    values.flatMap { entry in
      (0..<entry.length).map { UInt8(truncatingIfNeeded: entry.value >> (8 * $0)) }
    }
  }
}

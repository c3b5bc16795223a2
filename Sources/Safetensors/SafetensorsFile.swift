import Glibc

/// A safetensors file opened for reading, mapped into memory.
///
/// Opening reads the header only; a tensor's pages come from disk when they are touched and belong
/// to the system's file cache, so that many cases can be open at once. The header is distrusted:
/// types, shapes, offsets and names are checked against one another and against the size of the
/// file before anything is used. The file must not be shortened by others while it is open;
/// replacing it by renaming, as ``SafetensorsWriter`` does, is harmless.
///
/// - Source: Safetensors format, github.com/huggingface/safetensors, section "Format".
public final class SafetensorsFile: Sendable {
  /// The path the file was opened at.
  public let path: String
  /// The free text of the header's `__metadata__`.
  public let metadata: [String: String]
  /// Names of the tensors, in the order of their data.
  public let names: [String]

  private let entries: [String: SafetensorsHeader.Entry]
  // Read-only memory, unmapped by deinit only: safe to share between threads.
  private nonisolated(unsafe) let mapping: UnsafeMutableRawPointer
  private let mappedByteCount: Int
  private let dataStart: Int

  /// Opens a file and checks its header.
  ///
  /// - Parameter path: Path of the file.
  /// - Throws: ``SafetensorsError`` if the file cannot be opened, is cut off, or its header is not
  ///   sound.
  /// - Complexity: O(header).
  public init(contentsOf path: String) throws(SafetensorsError) {
    let (mapping, byteCount) = try Self.map(path)
    do throws(SafetensorsError) {
      let whole = UnsafeRawBufferPointer(start: mapping, count: byteCount)
      let header = try Self.header(of: whole, path: path)
      self.dataStart = header.byteCount
      self.metadata = header.content.metadata
      self.names = header.content.entries.map(\.name)
      self.entries = Dictionary(
        header.content.entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    } catch {
      munmap(mapping, byteCount)
      throw error
    }
    self.path = path
    self.mapping = mapping
    self.mappedByteCount = byteCount
  }

  deinit { munmap(mapping, mappedByteCount) }

  /// A tensor in place, without copying.
  ///
  /// - Parameter name: Name of the tensor.
  /// - Returns: The tensor's type, shape and bytes; the bytes are valid while this file is alive
  ///   (`withExtendedLifetime`).
  /// - Throws: ``SafetensorsError/missingTensor(path:name:available:)``.
  public func tensor(named name: String) throws(SafetensorsError) -> SafetensorsTensor {
    guard let entry = entries[name] else {
      throw .missingTensor(path: path, name: name, available: entries.count)
    }
    return SafetensorsTensor(
      dataType: entry.dataType, shape: entry.shape,
      bytes: UnsafeRawBufferPointer(
        start: mapping + dataStart + entry.bytes.lowerBound, count: entry.bytes.count))
  }

  private static func map(
    _ path: String
  ) throws(SafetensorsError) -> (UnsafeMutableRawPointer, Int) {
    func unreadable() -> SafetensorsError {
      .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    // Without O_NONBLOCK a named pipe would wait for its writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw unreadable() }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw unreadable() }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: path, reason: "it is no regular file")
    }
    let byteCount = Int(status.st_size)
    guard byteCount >= 8 else {
      throw .truncated(path: path, expectedBytes: 8, foundBytes: byteCount)
    }
    guard let mapping = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0),
      mapping != MAP_FAILED
    else { throw unreadable() }
    return (mapping, byteCount)
  }

  private static func header(
    of whole: UnsafeRawBufferPointer, path: String
  ) throws(SafetensorsError) -> (content: SafetensorsHeader, byteCount: Int) {
    let claimed = UInt64(littleEndian: whole.loadUnaligned(as: UInt64.self))
    guard claimed <= UInt64(SafetensorsHeader.largestByteCount) else {
      throw .invalidHeader(
        path: path,
        problem: "it claims \(claimed) bytes, more than the format's limit of "
          + "\(SafetensorsHeader.largestByteCount)")
    }
    let byteCount = 8 + Int(claimed)
    guard byteCount <= whole.count else {
      throw .truncated(path: path, expectedBytes: byteCount, foundBytes: whole.count)
    }
    guard claimed > 0, whole[8] == UInt8(ascii: "{") else {
      throw .invalidHeader(path: path, problem: "it does not begin with '{'")
    }
    let header = try SafetensorsHeader(
      text: Array(whole[8..<byteCount]), dataByteCount: whole.count - byteCount, path: path)
    return (header, byteCount)
  }
}

/// A tensor of a safetensors file, in place.
public struct SafetensorsTensor {
  /// Type of the elements.
  public let dataType: SafetensorsDataType
  /// Lengths of the axes, slowest in memory first; empty for a single number.
  public let shape: [Int]
  /// The elements, little-endian, last axis fastest; not necessarily aligned for their type.
  public let bytes: UnsafeRawBufferPointer

  /// Number of elements.
  public var count: Int { bytes.count / dataType.byteCount }
}

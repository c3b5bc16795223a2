import Glibc

/// The bytes of a file, mapped into memory for reading, or a copy of bytes that are no file.
///
/// The file must not be shortened by others while it is mapped; replacing it by renaming is harmless.
package final class FileBytes: Sendable {
  /// The path, for messages.
  package let path: String
  // Read-only memory, given back by deinit only: safe to share between threads.
  private nonisolated(unsafe) let memory: UnsafeRawBufferPointer
  private let isMapped: Bool

  /// Maps a file.
  ///
  /// - Parameter path: A regular file.
  /// - Throws: ``ZipError/unreadable(path:reason:)``.
  package init(contentsOf path: String) throws(ZipError) {
    self.path = path
    func unreadable() -> ZipError {
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
    let count = Int(status.st_size)
    isMapped = count > 0
    guard isMapped else {
      memory = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED
    else { throw unreadable() }
    memory = UnsafeRawBufferPointer(start: start, count: count)
  }

  /// A copy of bytes.
  ///
  /// - Parameters:
  ///   - bytes: The bytes.
  ///   - path: What messages call them.
  package init(_ bytes: [UInt8], named path: String) {
    self.path = path
    isMapped = false
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
    copy.copyBytes(from: bytes)
    memory = UnsafeRawBufferPointer(copy)
  }

  deinit {
    if isMapped {
      munmap(UnsafeMutableRawPointer(mutating: memory.baseAddress), memory.count)
    } else {
      memory.deallocate()
    }
  }

  /// Number of bytes.
  package var count: Int { memory.count }

  /// All bytes in place, valid while this object is alive.
  package var bytes: UnsafeRawBufferPointer { memory }

  /// Part of the bytes in place, valid while this object is alive.
  package func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: memory[range])
  }
}

extension UnsafeRawBufferPointer {
  /// The little-endian number at a place; the caller has checked that it lies within.
  package func number<Number: FixedWidthInteger & BitwiseCopyable>(
    _: Number.Type, at place: Int
  ) -> Number {
    Number(littleEndian: loadUnaligned(fromByteOffset: place, as: Number.self))
  }
}

extension Array where Element: BitwiseCopyable {
  /// The array's bytes in place; unlike the standard library's, it keeps the type of the error.
  package func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withUnsafeBufferPointer { (buffer) throws(Failure) in
      try body(UnsafeRawBufferPointer(buffer))
    }
  }
}

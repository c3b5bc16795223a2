import Glibc

/// A regular file opened for reading; closed when it is released.
final class InputFile {
  let path: String
  /// Length in bytes when the file was opened.
  let size: Int
  private let descriptor: Int32

  init(_ path: String) throws(VolumeFileError) {
    // Without O_NONBLOCK, opening a pipe that nobody writes to would hang.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .unreadable(path: path, reason: "not a file")
    }
    self.path = path
    self.descriptor = descriptor
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Reads from a position; fewer bytes only at the end of the file.
  func read(
    _ bytes: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(VolumeFileError) -> Int {
    var total = 0
    while total < bytes.count, let start = bytes.baseAddress {
      let length = min(bytes.count - total, 1 << 28)
      let count = pread(descriptor, start + total, length, off_t(offset + total))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw .unreadable(path: path, reason: String(cString: strerror(errno)))
      }
      if count == 0 { break }
      total += count
    }
    return total
  }

  /// The first bytes of the file, fewer if it is shorter.
  func prefix(_ length: Int) throws(VolumeFileError) -> [UInt8] {
    try bytes(at: 0, count: length)
  }

  /// Bytes from a position, fewer at the end of the file.
  func bytes(at offset: Int, count: Int) throws(VolumeFileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: max(0, min(count, size - offset)))
    let found = try bytes.withUnsafeMutableBufferPointer {
      (buffer) throws(VolumeFileError) in
      try read(UnsafeMutableRawBufferPointer(buffer), at: offset)
    }
    bytes.removeLast(bytes.count - found)
    return bytes
  }

  /// A descriptor with a position of its own, for a library that closes what it is given.
  func separateDescriptor() throws(VolumeFileError) -> Int32 {
    let copy = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard copy >= 0 else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    return copy
  }
}

/// Whether a file of this name exists.
func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }

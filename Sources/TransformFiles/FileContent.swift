import Glibc

/// The bytes of a regular file.
///
/// - Parameters:
///   - path: The file.
///   - limit: Bytes that are read at most.
/// - Returns: All bytes of the file.
/// - Throws: ``TransformFileError/unreadable(path:reason:)``, also for a longer file.
func content(
  of path: String, limit: Int
) throws(TransformFileError) -> [UInt8] {
  // Without O_NONBLOCK, opening a pipe that nobody writes to would hang.
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else {
    throw .unreadable(path: path, reason: String(cString: strerror(errno)))
  }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
    throw .unreadable(path: path, reason: "not a file")
  }
  let size = Int(status.st_size)
  guard size <= limit else {
    throw .unreadable(path: path, reason: "\(size) bytes, expected at most \(limit)")
  }
  var bytes = [UInt8](repeating: 0, count: size)
  var total = 0
  while total < size {
    let count = bytes.withUnsafeMutableBytes { buffer in
      read(descriptor, buffer.baseAddress?.advanced(by: total), size - total)
    }
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    if count == 0 { break }
    total += count
  }
  bytes.removeLast(size - total)
  return bytes
}

/// Reads the number at a place of a text, as C does, and moves behind it; nil where there is none.
func number(in text: UnsafePointer<CChar>, at position: inout Int) -> Double? {
  var end: UnsafeMutablePointer<CChar>?
  let value = strtod(text + position, &end)
  guard let end, end > UnsafeMutablePointer(mutating: text + position) else { return nil }
  position = UnsafePointer(end) - text
  return value
}

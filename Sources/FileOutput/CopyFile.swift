import Glibc

/// Copies the bytes of a file into a new one and forces them to the disk.
///
/// - Parameters:
///   - source: A file; a symbolic link stands for the file it names.
///   - target: A name that does not exist yet, in a folder that does.
/// - Throws: ``FileOutputError``; half a copy may then be left.
public func copyFile(_ source: String, to target: String) throws(FileOutputError) {
  let input = open(source, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard input >= 0 else { throw .source(path: source, reason: lastReason()) }
  defer { close(input) }
  var status = stat()
  guard fstat(input, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
    throw .source(path: source, reason: "it is no regular file")
  }
  let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
  guard output >= 0 else {
    if errno == EEXIST { throw .exists(path: target) }
    throw .refused(path: target, step: .create, reason: lastReason())
  }
  defer { close(output) }
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
  defer { buffer.deallocate() }
  while true {
    let count = read(input, buffer.baseAddress, buffer.count)
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { throw .source(path: source, reason: lastReason()) }
    if count == 0 { break }
    var done = 0
    while done < count {
      let written = write(output, buffer.baseAddress?.advanced(by: done), count - done)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw .refused(path: target, step: .write, reason: lastReason()) }
      done += written
    }
  }
  guard fsync(output) == 0 else { throw .refused(path: target, step: .sync, reason: lastReason()) }
}

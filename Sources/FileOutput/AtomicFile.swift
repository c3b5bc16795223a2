import Glibc
import Synchronization

/// A file being written beside its final name, which it takes only when it is complete.
///
/// Until ``commit()`` the final name keeps its previous content, or stays absent. A value that goes
/// out of scope without `commit()` removes its temporary file; a killed process leaves it behind,
/// hidden, with the ending `.partial`, for ``removeAbandonedFiles(in:)`` to find.
public struct AtomicFile: ~Copyable {
  /// The name that the file takes when it is complete.
  public let path: String
  /// The temporary name, in the same folder.
  public let temporaryPath: String

  private let target: String
  private let descriptor: Int32
  private var hasItsName = false

  /// Creates the temporary file.
  ///
  /// A symbolic link at `path` is followed, so that the file it names is replaced and not the link.
  /// The permissions of a file that is replaced are kept.
  ///
  /// - Parameter path: The final name; its folder must exist.
  /// - Throws: ``FileOutputError/notAFile(path:)`` or
  ///   ``FileOutputError/refused(path:step:reason:)``.
  public init(replacing path: String) throws(FileOutputError) {
    var target = path
    if let resolved = realpath(path, nil) {
      target = String(cString: resolved)
      free(resolved)
    }
    var status = stat()
    let exists = stat(target, &status) == 0
    if exists, status.st_mode & S_IFMT != S_IFREG { throw .notAFile(path: path) }

    let (folder, name) = split(target)
    var (descriptor, temporary) = (Int32(-1), "")
    for _ in 0..<100 {
      let serial = nextSerial.add(1, ordering: .relaxed).newValue
      temporary = folder + ".\(shortened(name)).\(getpid())-\(serial).partial"
      descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else {
        if errno == EEXIST { continue }
        break
      }
      // The lock tells a file that is being written from one that a killed process has left. Who
      // tidies up may have come between the two calls; then another name is taken.
      _ = flock(descriptor, LOCK_EX | LOCK_NB)
      var own = stat()
      if fstat(descriptor, &own) == 0, own.st_nlink > 0 { break }
      close(descriptor)
      descriptor = -1
    }
    guard descriptor >= 0 else {
      throw .refused(path: path, step: .create, reason: lastReason())
    }
    // A file system without permissions refuses this; the new file then has the ordinary ones.
    if exists { _ = fchmod(descriptor, status.st_mode & 0o7777) }
    self.path = path
    self.target = target
    self.descriptor = descriptor
    temporaryPath = temporary
  }

  deinit {
    close(descriptor)
    if !hasItsName { unlink(temporaryPath) }
  }

  /// Appends bytes.
  ///
  /// - Parameter bytes: Any number of bytes.
  /// - Throws: ``FileOutputError/refused(path:step:reason:)`` if the disk is full or fails.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileOutputError) {
    var rest = bytes[...]
    while let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
      // One call moves at most 2 GiB on Linux; the pieces also let a signal in.
      let written = Glibc.write(descriptor, start, min(rest.count, 1 << 28))
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw .refused(path: path, step: .write, reason: lastReason()) }
      rest = rest.dropFirst(written)
    }
  }

  /// Appends bytes; for an array, `array.span.bytes`.
  ///
  /// - Parameter bytes: Any number of bytes.
  /// - Throws: ``FileOutputError/refused(path:step:reason:)`` if the disk is full or fails.
  public func write(_ bytes: RawSpan) throws(FileOutputError) {
    try bytes.withUnsafeBytes { (buffer) throws(FileOutputError) in try write(buffer) }
  }

  /// Replaces bytes that were written, for a length or an offset that is known at the end only.
  ///
  /// - Parameters:
  ///   - bytes: What is to stand there.
  ///   - offset: Where, counted from the beginning of the file; all of it must have been written.
  /// - Throws: ``FileOutputError/refused(path:step:reason:)`` if the disk fails.
  public func replace(_ bytes: [UInt8], at offset: Int) throws(FileOutputError) {
    let written = bytes.withUnsafeBytes {
      pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset))
    }
    guard written == bytes.count else {
      throw .refused(path: path, step: .write, reason: lastReason())
    }
  }

  /// Forces the bytes to the disk, gives the file its final name, and forces the name to the disk.
  ///
  /// - Throws: ``FileOutputError/refused(path:step:reason:)``; the final name then keeps its
  ///   previous content.
  public consuming func commit() throws(FileOutputError) {
    guard fsync(descriptor) == 0 else {
      throw .refused(path: path, step: .sync, reason: lastReason())
    }
    guard rename(temporaryPath, target) == 0 else {
      throw .refused(path: path, step: .rename, reason: lastReason())
    }
    hasItsName = true
    // The new name is in place: a folder that cannot be synced (network file systems) is no
    // failure.
    let folder = split(target).folder
    let handle = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if handle >= 0 {
      _ = fsync(handle)
      close(handle)
    }
  }
}

/// Distinguishes the temporary files of one process.
private let nextSerial = Atomic<Int>(0)

/// The folder of a path, with the slash at its end, and the name in it.
func split(_ path: String) -> (folder: String, name: String) {
  guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("", path) }
  let after = path.utf8.index(after: slash)
  return (String(path[..<after]), String(path[after...]))
}

/// Leaves room, within a file name's 255 bytes, for what the temporary name adds.
func shortened(_ name: String) -> String {
  var name = name[...]
  while name.utf8.count > 200 { name = name.dropLast() }
  return String(name)
}

/// What the system says about the call that has just failed.
func lastReason() -> String { String(cString: strerror(errno)) }

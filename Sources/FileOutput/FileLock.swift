import Glibc

/// A lock that processes take one after another, held until the value goes away or the process ends,
/// however it ends.
///
/// It is advisory: only those who ask for it are kept waiting. The file it lies on stays, empty.
/// Where the file cannot be made or the file system knows no locks, as on some networks, nothing is
/// locked and work goes on as if alone.
public struct FileLock: ~Copyable {
  private let descriptor: Int32

  /// Takes a lock, waiting until it is free.
  ///
  /// - Parameters:
  ///   - path: The lock's file; its folder must exist.
  ///   - whenHeld: Called once before waiting for another holder.
  public init(_ path: String, whenHeld: () -> Void = {}) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK else {
      return
    }
    whenHeld()
    while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
  }

  /// Takes a lock that is free; nil if somebody else holds it.
  ///
  /// - Parameter path: The lock's file; its folder must exist.
  public init?(unlessHeld path: String) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    if descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      return nil
    }
  }

  /// Lets the next one have the lock.
  public consuming func release() {}

  deinit { if descriptor >= 0 { close(descriptor) } }
}

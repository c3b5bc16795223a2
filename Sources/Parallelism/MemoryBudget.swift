import Glibc

/// Bytes that several threads share: a thread waits until there is room for what it is about to hold.
///
/// So a loop over cases of very different sizes runs as many at a time as fit.
package final class MemoryBudget: @unchecked Sendable {
  // Sendable because the counts are only touched with the mutex held.

  /// Bytes that can be taken at a time.
  package let bytes: Int

  private var taken = 0
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let released = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// A budget that nothing is taken of.
  ///
  /// - Parameter bytes: Bytes that can be taken at a time, at least 0.
  package init(bytes: Int) {
    precondition(bytes >= 0, "a budget of \(bytes) bytes")
    self.bytes = bytes
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(released, nil)
  }

  deinit {
    pthread_cond_destroy(released)
    pthread_mutex_destroy(mutex)
    released.deallocate()
    mutex.deallocate()
  }

  /// Calls `body` when so many bytes are left, and has them taken meanwhile.
  ///
  /// - Parameters:
  ///   - wanted: Bytes, at least 0.
  ///   - body: What needs them; it must not take more of the same budget, lest all threads wait for
  ///     one another.
  /// - Returns: What `body` returns; nil, without calling it, if the whole budget is too small.
  /// - Throws: What `body` throws.
  package func withBytes<Result, Failure: Error>(
    _ wanted: Int, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    precondition(wanted >= 0, "\(wanted) bytes of a budget")
    guard wanted <= bytes else { return nil }
    pthread_mutex_lock(mutex)
    while taken > bytes - wanted { pthread_cond_wait(released, mutex) }
    taken += wanted
    pthread_mutex_unlock(mutex)
    defer {
      pthread_mutex_lock(mutex)
      taken -= wanted
      pthread_mutex_unlock(mutex)
      pthread_cond_broadcast(released)
    }
    return try body()
  }
}

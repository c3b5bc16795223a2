import Synchronization

/// Counts finished pieces of parallel work and reports them one at a time.
package final class Progress: Sendable {
  private let done = Mutex(0)
  private let report: @Sendable (Int) -> Void

  package init(report: @escaping @Sendable (Int) -> Void) { self.report = report }

  /// One more piece is finished.
  package func advance() {
    done.withLock {
      $0 += 1
      report($0)
    }
  }
}

import Parallelism
import Testing

/// Runs tests on one thread each.
///
/// Weights are the same, bit for bit, only for the same number of threads, and other tests of the process change that number.
struct OneThread: SuiteTrait, TestTrait, TestScoping {
  let isRecursive = true

  func provideScope(
    for test: Test, testCase: Test.Case?,
    performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    try await ThreadBudget.$isSerial.withValue(true) { try await function() }
  }
}

extension Trait where Self == OneThread {
  /// On one thread each.
  static var oneThread: OneThread { OneThread() }
}

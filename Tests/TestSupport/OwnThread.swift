import Foundation

/// Runs work that may wait for another process or task on a thread of its own.
///
/// Tasks share as many threads as there are processors; those that wait for a lock would keep the one
/// that is to let go of it from running.
public func onOwnThread<Success: Sendable>(
  _ work: @escaping @Sendable () throws -> Success
) async throws -> Success {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
  }
}

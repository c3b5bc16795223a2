import COpenMP
import Synchronization

/// The number of threads that the whole program may keep busy.
///
/// One number for every parallel loop and for oneDNN, which shares the same OpenMP pool. Results of
/// the library do not depend on it except where a function says so.
public enum ThreadBudget {
  private static let limit = Atomic<Int>(0)

  /// Processors this process may run on.
  public static var availableProcessors: Int { Int(delineate_available_processors()) }

  /// Threads used by parallel loops started outside any other: the team's in ``parallelTeams(_:_:)``,
  /// else the limit set, or every available processor.
  public static var threads: Int {
    if let team { return team }
    let value = limit.load(ordering: .relaxed)
    return value > 0 ? value : availableProcessors
  }

  /// Sets the number of threads for the whole program.
  ///
  /// - Parameter threads: At least 1.
  public static func set(threads: Int) {
    precondition(threads >= 1, "a thread budget is at least 1, not \(threads)")
    limit.store(threads, ordering: .relaxed)
    delineate_set_threads(Int32(threads))
  }

  /// Makes oneDNN, when called from this thread, use the threads of the budget.
  ///
  /// OpenMP keeps the number per thread, and a Swift task may change threads, so whoever calls
  /// oneDNN says it before each call.
  ///
  /// - Returns: The number of threads.
  @discardableResult
  package static func applyToCallingThread() -> Int {
    let count = isSerial ? 1 : threads
    delineate_set_threads(Int32(count))
    return count
  }

  /// Whether the current thread was told to run its parallel loops alone.
  @TaskLocal package static var isSerial = false

  /// The threads of the current thread's team, if it belongs to one.
  @TaskLocal package static var team: Int?

  /// Runs `body` so that every parallel loop inside it runs on the calling thread only.
  ///
  /// Work that is done beside the network, such as augmentation, uses it so as not to open a second
  /// pool.
  public static func serially<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let outcome: Swift.Result<Result, Failure> = $isSerial.withValue(true) {
      do throws(Failure) { return .success(try body()) } catch { return .failure(error) }
    }
    return try outcome.get()
  }
}

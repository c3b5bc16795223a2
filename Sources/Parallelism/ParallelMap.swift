/// Calls `body` once for every index in `0 ..< count`, on all threads of the budget, and keeps the
/// results.
///
/// - Parameters:
///   - count: Number of calls, at least 0.
///   - body: The work for one index; calls of different indices may run at the same time.
/// - Returns: The results in the order of the index.
public func parallelMap<Result>(_ count: Int, _ body: (Int) -> Result) -> [Result] {
  Array(unsafeUninitializedCapacity: count) { buffer, initializedCount in
    // Every index initialises its own element.
    nonisolated(unsafe) let results = buffer
    parallelFor(count) { index in results.initializeElement(at: index, to: body(index)) }
    initializedCount = count
  }
}

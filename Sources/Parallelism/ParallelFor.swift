import COpenMP

/// Calls `body` once for every index in `0 ..< count`, on all threads of the budget.
///
/// Indices are handed out one by one, in ascending order, to whichever thread is free, and the call
/// returns when all are done. Inside another parallel loop, or inside
/// ``ThreadBudget/serially(_:)``, it is an ordinary loop. Bodies of different indices must touch
/// disjoint memory. For results that do not depend on the number of threads, choose `count` by the
/// size of the data and combine partial results in the order of the index.
///
/// - Parameters:
///   - count: Number of calls, at least 0.
///   - body: The work for one index.
public func parallelFor(_ count: Int, _ body: (Int) -> Void) {
  precondition(count >= 0, "a parallel loop cannot have \(count) iterations")
  let threads = ThreadBudget.isSerial ? 1 : ThreadBudget.threads
  if count <= 1 || threads == 1 {
    for index in 0..<count { body(index) }
    return
  }
  withoutActuallyEscaping(body) { escapable in
    var box = LoopBody(run: escapable)
    withUnsafeMutablePointer(to: &box) { pointer in
      delineate_parallel_for(
        Int32(count), Int32(threads),
        { context, index in
          guard let context else { return }
          context.assumingMemoryBound(to: LoopBody.self).pointee.run(Int(index))
        }, pointer)
    }
  }
}

/// Splits `0 ..< count` into consecutive ranges of at most `grain` and calls `body` for each, on
/// all threads of the budget.
///
/// The ranges depend on `count` and `grain` only, never on the number of threads.
public func parallelForRanges(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
  precondition(grain >= 1, "a range holds at least one index, not \(grain)")
  parallelFor((count + grain - 1) / grain) { chunk in
    body(chunk * grain..<min(count, (chunk + 1) * grain))
  }
}

private struct LoopBody {
  let run: (Int) -> Void
}

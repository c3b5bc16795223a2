import COpenMP
import Glibc

/// Calls `body` once for every index in `0 ..< count`, all at the same time, each with its share of
/// the threads for the parallel loops inside.
///
/// It is for a few large pieces of work that have parallel loops of their own; with as many pieces as
/// threads those loops are ordinary ones. Inside another parallel loop the calls follow one another.
/// Bodies of different indices must touch disjoint memory.
///
/// - Parameters:
///   - count: Number of calls, at least 0; more than the threads of the budget wait for their turn.
///   - body: The work for one index.
public func parallelTeams(_ count: Int, _ body: (Int) -> Void) {
  precondition(count >= 0, "\(count) teams")
  let threads = ThreadBudget.isSerial ? 1 : ThreadBudget.threads
  guard count > 1, count < threads, !delineate_in_parallel() else {
    parallelFor(count, body)
    return
  }
  withoutActuallyEscaping(body) { body in
    let teams = (0..<count).map { index in
      Team(index: index, threads: threads / count + (index < threads % count ? 1 : 0), body: body)
    }
    // OpenMP keeps a pool of threads for each thread that asks for one.
    var started: [pthread_t] = []
    var left = [teams[0]]
    for team in teams.dropFirst() {
      var thread = pthread_t()
      let context = Unmanaged.passRetained(team)
      let status = pthread_create(
        &thread, nil,
        { context in
          if let context { Unmanaged<Team>.fromOpaque(context).takeRetainedValue().run() }
          return nil
        }, context.toOpaque())
      if status == 0 {
        started.append(thread)
      } else {
        // Where the system gives no more threads, this one does the work.
        context.release()
        left.append(team)
      }
    }
    for team in left { team.run() }
    for thread in started { pthread_join(thread, nil) }
  }
}

/// One call and its threads.
private final class Team {
  let index: Int
  let threads: Int
  let body: (Int) -> Void

  init(index: Int, threads: Int, body: @escaping (Int) -> Void) {
    self.index = index
    self.threads = threads
    self.body = body
  }

  func run() { ThreadBudget.$team.withValue(threads) { body(index) } }
}

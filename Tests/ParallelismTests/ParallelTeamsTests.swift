import Parallelism
import Synchronization
import Testing

@Suite struct ParallelTeamsTests {
  @Test(arguments: [0, 1, 2, 3, 5, 8, 20]) func everyIndexRunsOnce(count: Int) {
    let calls = Mutex([Int](repeating: 0, count: count))
    ThreadBudget.$team.withValue(6) {
      parallelTeams(count) { index in
        parallelFor(10) { _ in calls.withLock { $0[index] += 1 } }
      }
    }
    #expect(calls.withLock { $0 } == [Int](repeating: 10, count: count))
  }

  @Test func threadsAreShared() {
    let shares = Mutex([Int](repeating: 0, count: 3))
    ThreadBudget.$team.withValue(8) {
      parallelTeams(3) { index in shares.withLock { $0[index] = ThreadBudget.threads } }
      #expect(ThreadBudget.threads == 8)
    }
    #expect(shares.withLock { $0 } == [3, 3, 2])
  }

  /// Every body waits until all four have begun, which they do only side by side.
  @Test(.timeLimit(.minutes(1))) func loopsInsideTeamsRunOnSeveralThreads() {
    let begun = Atomic<Int>(0)
    ThreadBudget.$team.withValue(4) {
      parallelTeams(2) { _ in
        parallelFor(2) { _ in
          begun.add(1, ordering: .sequentiallyConsistent)
          while begun.load(ordering: .sequentiallyConsistent) < 4 {}
        }
      }
    }
    #expect(begun.load(ordering: .sequentiallyConsistent) == 4)
  }

  @Test func seriallyMeansOneThread() {
    let order = Mutex<[Int]>([])
    ThreadBudget.serially { parallelTeams(50) { index in order.withLock { $0.append(index) } } }
    #expect(order.withLock { $0 } == Array(0..<50))
  }
}

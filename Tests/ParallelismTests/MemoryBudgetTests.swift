import Parallelism
import Synchronization
import Testing

@Suite struct MemoryBudgetTests {
  /// How many bytes are held, and how many were at most.
  private final class Meter: Sendable {
    private let counts = Mutex((now: 0, most: 0))
    var most: Int { counts.withLock { $0.most } }
    func take(_ bytes: Int) {
      counts.withLock { counts in
        counts.now += bytes
        counts.most = max(counts.most, counts.now)
      }
    }
  }

  @Test func threadsNeverHoldMoreThanTheBudget() {
    let (budget, meter) = (MemoryBudget(bytes: 100), Meter())
    let done = parallelMap(400) { index in
      let bytes = [10, 45, 60, 100, 0][index % 5]
      return budget.withBytes(bytes) {
        meter.take(bytes)
        for _ in 0..<1000 { _ = meter.most }
        meter.take(-bytes)
        return index
      }
    }
    #expect(done == (0..<400).map { $0 })
    #expect(meter.most == 100)
    // All was given back.
    #expect(budget.withBytes(100) { true } == true)
  }

  @Test func moreThanTheBudgetIsRefused() {
    let budget = MemoryBudget(bytes: 100)
    #expect(budget.withBytes(101) { Issue.record("it was let in") } == nil)
  }

  @Test func bytesComeBackAfterAnError() {
    struct Stop: Error {}
    let budget = MemoryBudget(bytes: 100)
    #expect(throws: Stop.self) { try budget.withBytes(80) { throw Stop() } }
    #expect(budget.withBytes(100) { true } == true)
  }
}

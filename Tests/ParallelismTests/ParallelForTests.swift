import Parallelism
import Synchronization
import Testing

@Suite struct ParallelForTests {
  @Test(arguments: [0, 1, 2, 3, 1000])
  func everyIndexRunsOnce(count: Int) {
    let calls = (0..<count).map { _ in Counter() }
    parallelFor(count) { index in calls[index].increment() }
    #expect(calls.allSatisfy { $0.value == 1 })
  }

  @Test func nestedLoopsRunEveryPairOnce() {
    let calls = (0..<35).map { _ in Counter() }
    parallelFor(5) { outer in parallelFor(7) { inner in calls[outer * 7 + inner].increment() } }
    #expect(calls.allSatisfy { $0.value == 1 })
  }

  @Test func rangesCoverTheWholeOnce() {
    let calls = (0..<1001).map { _ in Counter() }
    parallelForRanges(1001, grain: 64) { range in
      #expect(range.count <= 64)
      for index in range { calls[index].increment() }
    }
    #expect(calls.allSatisfy { $0.value == 1 })
  }

  @Test func seriallyStaysOnOneThread() {
    let order = Mutex<[Int]>([])
    ThreadBudget.serially { parallelFor(100) { index in order.withLock { $0.append(index) } } }
    #expect(order.withLock { $0 } == Array(0..<100))
  }
}

private final class Counter: Sendable {
  private let count = Atomic<Int>(0)
  var value: Int { count.load(ordering: .relaxed) }
  func increment() { count.add(1, ordering: .relaxed) }
}

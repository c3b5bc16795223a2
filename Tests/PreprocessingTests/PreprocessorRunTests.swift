import Datasets
import FileOutput
import JSONDocuments
import Parallelism
import Planning
import Preprocessing
import Synchronization
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// Whole datasets; serialised because some tests set the number of threads.
@Suite(.serialized) struct PreprocessorRunTests {
  private func run(_ cohort: SmallCohort, _ plan: SegmentationPlan? = nil) throws -> [String] {
    let dataset = try cohort.dataset
    let preprocessor = try Preprocessor(plan ?? cohort.plan, configuration: "c")
    let store = try preprocessor.run(on: dataset, into: cohort.output)
    return dataset.caseNames.map { writing(store.path(of: $0)) }
  }

  @Test func storedCasesEqualThoseMadeAlone() throws {
    let cohort = try SmallCohort()
    let dataset = try cohort.dataset
    let preprocessor = try Preprocessor(cohort.plan, configuration: "c")
    let counts = Counts()
    let store = try preprocessor.run(on: dataset, into: cohort.output) { done, total in
      counts.list.withLock { $0.append(done * 10 + total) }
    }
    #expect(counts.list.withLock { $0 } == [15, 25, 35, 45, 55])
    for entry in dataset.cases {
      let images = try CaseImages(of: entry)
      let alone = try preprocessor.preprocess(images, labels: images.labels(of: entry), id: "")
      let stored = try store.open(entry.id)
      #expect(stored.channels.map(\.elements) == alone.channels.map(\.elements))
      #expect(Array(stored.labels) == alone.labels?.elements)
      #expect(stored.properties == alone.properties)
      let labels = try #require(alone.labels)
      let locations = ClassLocationSampling(dataset.description.labels).locations(in: labels)
      #expect((0..<2).map { Array(stored.locations(ofClass: $0)) } == locations)
      #expect(locations.allSatisfy { !$0.isEmpty })
    }
  }

  @Test func onlyStaleCasesAreRedone() throws {
    let cohort = try SmallCohort()
    let first = try run(cohort)
    #expect(!first.contains(""))
    #expect(try run(cohort) == first)

    try cohort.labels(shift: 3).write(to: cohort.labelPath(2))
    let second = try run(cohort)
    #expect(zip(first, second).map(==) == [true, true, false, true, true])

    try writeAtomically([1, 2, 3], to: cohort.output + "/case4.safetensors")
    let third = try run(cohort)
    #expect(zip(second, third).map(==) == [true, true, true, true, false])
    #expect(try CaseStore(cohort.output).open("case4").classCount == 2)

    var document = try #require(cohort.plan.document.object)
    let text = JSONValue.object(document).text(.compact).replacing("[1.1, 1", with: "[1.2, 1")
      .replacing("[1.1,1", with: "[1.2,1")
    document = try #require(JSONValue(parsing: text).object)
    let plan = try SegmentationPlan(.object(document), from: "plan")
    #expect(plan != cohort.plan)
    let fourth = try run(cohort, plan)
    #expect(zip(third, fourth).allSatisfy { $0 != $1 })
  }

  @Test func threadsDoNotChangeAByte() throws {
    defer { ThreadBudget.set(threads: ThreadBudget.availableProcessors) }
    let cohort = try SmallCohort()
    let dataset = try cohort.dataset
    let preprocessor = try Preprocessor(cohort.plan, configuration: "c")
    let contents = try [1, 2, 4].map { threads in
      ThreadBudget.set(threads: threads)
      let store = try preprocessor.run(on: dataset, into: "\(cohort.output)\(threads)")
      return try dataset.caseNames.map { try bytes(ofFile: store.path(of: $0)) }
    }
    #expect(contents[0] == contents[1])
    #expect(contents[0] == contents[2])
  }

  @Test(arguments: [1, 2, 4])
  func theFirstFailureIsReported(threads: Int) throws {
    defer { ThreadBudget.set(threads: ThreadBudget.availableProcessors) }
    ThreadBudget.set(threads: threads)
    let cohort = try SmallCohort()
    for index in [1, 2, 4] { try writeAtomically([0, 1], to: cohort.labelPath(index)) }
    let error = try #require(throws: PreprocessingError.self) { try run(cohort) }
    #expect(error.description.contains("case1"))
    #expect(error.description.contains(cohort.labelPath(1)))
    #expect(CaseStore(cohort.output).stamp(of: "case0") != nil)
  }

  @Test func folderThatCannotBeMadeIsAnError() throws {
    let cohort = try SmallCohort()
    let path = cohort.labelPath(0)
    let preprocessor = try Preprocessor(cohort.plan, configuration: "c")
    #expect(throws: PreprocessingError.unwritable(path: path, reason: "it is no folder")) {
      try preprocessor.run(on: cohort.dataset, into: path + "/below")
    }
  }

  @Test func workersFitIntoHalfOfTheMemory() {
    func workers(_ bytes: Int, _ available: Int?) -> Int {
      Preprocessor.workerCount(forCasesOf: bytes, available: available, threads: 8)
    }
    #expect(workers(100, 200) == 1)
    #expect(workers(100, 399) == 1)
    #expect(workers(100, 400) == 2)
    #expect(workers(100, 1599) == 7)
    #expect(workers(100, 1_000_000) == 8)
    #expect(workers(Int.max, 1_000_000) == 1)
    #expect(workers(100, nil) == 1)
    #expect(workers(0, 1_000_000) == 1)
  }

  @Test func bytesOfACaseFollowItsSize() throws {
    // Two channels; the spacing of the plan is (1.1, 1.0, 0.9) after transposition by 1, 0, 2.
    let preprocessor = try Preprocessor(try SmallCase("masked").plan, configuration: "c")
    let same = preprocessor.byteCount(ofCase: Shape3(10, 10, 10), spacing: [1.0, 1.1, 0.9])
    #expect(abs(same - 1000 * (4 * 4 + 8 + 4 * 2 + 8)) <= 1)
    let coarse = preprocessor.byteCount(ofCase: Shape3(10, 10, 10), spacing: [2.0, 2.2, 1.8])
    #expect(abs(coarse - 1000 * (4 * 4 + 8 + 8 * (4 * 2 + 8))) <= 1)
    #expect(
      preprocessor.byteCount(ofCase: Shape3(10, 10, 10), spacing: [1e30, 1, 1]) == Int.max)
  }
}

/// Numbers that threads add to.
private final class Counts: Sendable {
  let list = Mutex<[Int]>([])
}

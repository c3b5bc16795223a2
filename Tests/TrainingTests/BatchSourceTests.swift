import Augmentation
import Parallelism
import Tensors
import TestSupport
import Testing
import Training
import Volumes

struct BatchSourceTests {
  private func place(
    _ purpose: BatchSource.Purpose = .training, epoch: Int = 3, iteration: Int = 5
  ) -> BatchSource.Place {
    BatchSource.Place(purpose: purpose, epoch: epoch, iteration: iteration)
  }

  @Test(arguments: [BatchSource.Purpose.training, .validation])
  func samePlaceGivesTheSameBatchOnAnyNumberOfThreads(purpose: BatchSource.Purpose) throws {
    let source = try NumberedCases(values: [1, 2]).source()
    let batch = source.batch(at: place(purpose))
    let alone = ThreadBudget.serially { source.batch(at: place(purpose)) }
    #expect(batch.images.count == 2 * 16 * 16 * 16)
    #expect(batch.images.map(\.bitPattern) == alone.images.map(\.bitPattern))
    #expect(batch.targets.map(\.labels) == alone.targets.map(\.labels))
  }

  @Test func otherPlacesAndSeedsGiveOtherBatches() throws {
    let cases = try NumberedCases(values: [1, 2])
    let source = try cases.source()
    var images = [
      source.batch(at: place()), source.batch(at: place(epoch: 4)),
      source.batch(at: place(iteration: 6)), source.batch(at: place(.validation)),
      source.batch(at: place(.validation, iteration: 6)),
    ].map(\.images)
    var settings = TrainingSettings()
    settings.seed = 2
    images.append(try cases.source(TinyPlan(), settings).batch(at: place()).images)
    #expect(Set(images).count == images.count)
  }

  struct Values: CustomTestStringConvertible {
    let values: [Int]
    let ignore: Int?
    let numbers: [Int16: Int16]
    var testDescription: String { "\(values), ignoring \(ignore.map { "\($0)" } ?? "none")" }
  }

  static let values = [
    Values(values: [1, 2], ignore: nil, numbers: [0: 0, 1: 1, 2: 2]),
    Values(values: [7, 3], ignore: nil, numbers: [0: 0, 3: 1, 7: 2]),
    Values(values: [1, 2], ignore: 3, numbers: [0: 0, 1: 1, 2: 2, 3: -1]),
    Values(values: [300, 4], ignore: 301, numbers: [0: 0, 4: 1, 300: 2, 301: -1]),
  ]

  /// The numbered image tells where every voxel of an unaugmented patch was cut from.
  @Test(arguments: values) func targetsAreTheClassNumbersOfTheirVoxels(values: Values) throws {
    let cases = try NumberedCases(values: values.values, ignore: values.ignore)
    var tiny = TinyPlan()
    tiny.features = [4, 8, 8, 8]
    tiny.batchSize = 3
    let source = try cases.source(tiny)
    var found = Set<Int16>()
    for iteration in 0..<6 {
      let batch = source.batch(at: place(.validation, iteration: iteration))
      // Four stages, three levels, of which the lowest takes no part in the loss.
      #expect(batch.targets.map(\.size.lengths) == [[16, 16, 16], [8, 8, 8]])
      let targets = batch.targets[0].labels
      var isRight = true
      for (voxel, position) in batch.images.enumerated() {
        // Outside the case and outside its non-zero region is background.
        let label = position == 0 ? 0 : max(0, cases.labels[1][Int(position) - 1])
        isRight = isRight && values.numbers[label] == targets[voxel]
      }
      #expect(isRight)
      found.formUnion(targets)
      // The middle of each block of eight, which the nearest-exact rule takes at (2 i + 1).
      let reduced = batch.targets[1].labels
      var isReduced = true
      for sample in 0..<3 {
        for index in 0..<512 {
          let (i, j, k) = (index / 64 * 2 + 1, index / 8 % 8 * 2 + 1, index % 8 * 2 + 1)
          let full = targets[((sample * 16 + i) * 16 + j) * 16 + k]
          isReduced = isReduced && reduced[sample * 512 + index] == full
        }
      }
      #expect(isReduced)
    }
    #expect(found == Set(values.numbers.values))
  }

  @Test(arguments: [BatchSource.Purpose.training, .validation])
  func lastThirdOfABatchHoldsForeground(purpose: BatchSource.Purpose) throws {
    let cases = try NumberedCases(values: [1, 2])
    var settings = TrainingSettings()
    settings.batchSize = 6
    settings.augmentation.spatial.rotationProbability = 0
    settings.augmentation.spatial.scalingProbability = 0
    let source = try cases.source(TinyPlan(), settings)
    var (withForeground, hanging) = (0, 0)
    for iteration in 0..<8 {
      let batch = source.batch(at: place(purpose, iteration: iteration))
      for sample in 4..<6 {
        let labels = batch.targets[0].labels[sample * 4096..<(sample + 1) * 4096]
        if labels.contains(where: { $0 > 0 }) { withForeground += 1 }
      }
      if batch.images.contains(0) { hanging += 1 }
    }
    #expect(withForeground == 16)
    // The cases are thinner than the patch along one axis.
    #expect(hanging == 8)
  }

  /// The draw is uniform over classes, so that a rare class is in every second forced patch.
  @Test func forcedPatchesAreCentredOnTheirVoxel() throws {
    let shape = Shape3(48, 48, 48)
    let cases = try RareClass(shape: shape)
    var settings = TrainingSettings()
    settings.batchSize = 3
    let source = try cases.numbered.source(TinyPlan(), settings)
    var (forced, free) = (0, 0)
    for iteration in 0..<60 {
      let labels = source.batch(at: place(.validation, iteration: iteration)).targets[0].labels
      if labels[2 * 4096..<3 * 4096].contains(2) { forced += 1 }
      if labels[..<4096].contains(2) { free += 1 }
    }
    // One voxel lies in (16 / 33)^3 = 11 % of free patches at most, and in at least half of the forced ones.
    #expect((20...45).contains(forced), "\(forced) of 60")
    #expect(free < 20, "\(free) of 60")
  }

  @Test func unknownLabelIsRefused() throws {
    let cases = try NumberedCases(values: [1, 5])
    let other = try NumberedCases(values: [1, 2])
    let error = #expect(throws: TrainingError.self) {
      _ = try NumberedCases.source(of: cases, as: other.description)
    }
    guard case .unknownLabel(_, let value) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(value == 5)
    expectOneLine(error, naming: ["label 5", "n0"])
  }
}

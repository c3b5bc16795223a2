import Datasets
import JSONDocuments
import Planning
import Tensors
import TestSupport
import Testing
import Training

/// Numbers of a plan that make no sense are refused before anything is allocated for them.
@Suite struct AbsurdPlanTests {
  @Test func everyNumberOfAPlan() throws {
    let tiny = TinyPlan()
    let description = DatasetDescription(
      channelNames: ["noise"],
      labels: try LabelSet(structures: [
        .init(name: "background", labels: [0]), .init(name: "ball", labels: [1]),
      ]), numTraining: 5, fileEnding: ".nii")
    var (refused, started) = (0, 0)
    for variant in AbsurdDocument.variants(of: tiny.document) {
      do {
        let plan = try SegmentationPlan(variant.document, from: "plans.json")
        let trainer = try Trainer(
          plan, configuration: tiny.configuration, description: description)
        try trainer.checkMemory(available: 8 << 30)
        started += 1
      } catch {
        refused += 1
        #expect(!"\(error)".contains("\n"), "\(variant.field)")
      }
    }
    #expect(refused > 300 && started > 10, "\(refused) refused, \(started) started")
  }

  @Test func aStepBeyondTheMemoryIsRefused() throws {
    var tiny = TinyPlan()
    tiny.patch = [512, 512, 512]
    tiny.batchSize = 64
    let description = DatasetDescription(
      channelNames: ["noise"],
      labels: try LabelSet(structures: [
        .init(name: "background", labels: [0]), .init(name: "ball", labels: [1]),
      ]), numTraining: 5, fileEnding: ".nii")
    let trainer = try Trainer(
      try SegmentationPlan(tiny.document, from: "plans.json"), configuration: tiny.configuration,
      description: description)
    let needed = trainer.stepBytes(precision: .float32)
    // Eight features and more of 64 · 2^27 voxels.
    #expect(needed > 8 * 4 * 64 * 0x1p27)
    let error = #expect(throws: TrainingError.self) {
      try trainer.checkMemory(available: 8 << 30)
    }
    expectOneLine(error, naming: ["MiB of memory, 8192 MiB are free", "--batch-size"])
    try trainer.checkMemory(available: nil)
    try trainer.checkMemory(available: .max)
  }
}

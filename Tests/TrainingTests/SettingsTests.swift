import Datasets
import JSONDocuments
import Planning
import Tensors
import TestSupport
import Testing
import Training

struct SettingsTests {
  @Test func learningRateFallsByThePolyLaw() {
    var settings = TrainingSettings()
    #expect(settings.learningRate(epoch: 0) == 0.01)
    // 0.01 * (1 - epoch / 1000) ** 0.9 in Python.
    #expect(abs(settings.learningRate(epoch: 1) - 0.009990999549834914) < 1e-17)
    #expect(abs(settings.learningRate(epoch: 500) - 0.005358867312681466) < 1e-17)
    #expect(abs(settings.learningRate(epoch: 999) - 1.995262314968881e-05) < 1e-18)
    settings.epochs = 4
    settings.initialLearningRate = 1
    #expect(abs(settings.learningRate(epoch: 3) - 0.2871745887492587) < 1e-15)
  }

  @Test func runningDiceIsAnExponentialMean() {
    let means = [0.5, 0.7, .nan, 0.1]
    var (running, found) = (Double?.none, [Double]())
    for mean in means {
      running = TrainingRun.runningDice(after: running, mean: mean)
      found.append(running ?? -1)
    }
    let expected = [0.5, 0.52, 0.52, 0.478]
    #expect(largestDifference(found, expected).value < 1e-15)
    #expect(TrainingRun.runningDice(after: nil, mean: .nan).isNaN)
    #expect(TrainingRun.runningDice(after: .nan, mean: 0.3) == 0.3)
  }

  @Test func senselessSettingsAreRefused() throws {
    let changes: [(String, (inout TrainingSettings) -> Void)] = [
      ("epochs", { $0.epochs = 0 }), ("iterations", { $0.iterationsPerEpoch = 0 }),
      ("validation iterations", { $0.validationIterations = 0 }),
      ("batch size", { $0.batchSize = 0 }), ("learning rate", { $0.initialLearningRate = .nan }),
      ("learning rate", { $0.initialLearningRate = 0 }),
      ("learning rate", { $0.initialLearningRate = .infinity }),
      ("momentum", { $0.momentum = 1.5 }), ("momentum", { $0.momentum = .nan }),
      ("weight decay", { $0.weightDecay = -1 }), ("gradient norm", { $0.gradientNormLimit = 0 }),
    ]
    for (name, change) in changes {
      var settings = TrainingSettings()
      change(&settings)
      let error = #expect(throws: TrainingError.self) {
        try trainer(labels: ["background": 0, "ball": 1], settings)
      }
      guard case .setting(let found, _) = error else {
        Issue.record("\(name): \(String(describing: error))")
        continue
      }
      #expect(found == name)
    }
  }

  /// Channels are told by the places of labels among all, whatever their values.
  @Test func labelsAreNumberedByTheirPlaces() throws {
    let plain = LabelNumbering(try description(["background": 0, "a": 2, "b": 1]).labels)
    #expect(plain.table == nil && plain.channels == .labels)
    let gaps = LabelNumbering(
      try description(["background": 0, "a": 9, "b": 4, "ignore": 10]).labels)
    #expect(gaps.table == [0: 0, 4: 1, 9: 2] && gaps.channels == .labels)
    let regions = LabelNumbering(
      try description(
        ["background": 0, "whole": [4, 9], "core": 9, "ignore": 10], order: [4, 9]
      ).labels)
    #expect(
      regions.channels
        == .regions(RegionMembership([[1, 2], [2]]), hasIgnoredVoxels: true))
  }

  @Test func unknownConfigurationIsRefused() throws {
    let plan = try SegmentationPlan(TinyPlan().document, from: "plans.json")
    let error = #expect(throws: TrainingError.self) {
      try Trainer(
        plan, configuration: "4d", description: try description(["background": 0, "ball": 1]))
    }
    expectOneLine(error, naming: ["4d", "3d_fullres"])
  }

  private func trainer(
    labels: JSONValue, _ settings: TrainingSettings, order: [Int]? = nil
  ) throws -> Trainer {
    try Trainer(
      try SegmentationPlan(TinyPlan().document, from: "plans.json"), configuration: "3d_fullres",
      description: try description(labels, order: order), settings: settings)
  }

  private func description(_ labels: JSONValue, order: [Int]? = nil) throws -> DatasetDescription {
    var document: JSONObject = ["channel_names": ["0": "noise"], "labels": labels]
    if let order { document["regions_class_order"] = .array(order.map { .integer($0) }) }
    return try DatasetDescription(.object(document), from: "dataset.json")
  }
}

/// Checks that a message fits on one line and names what a user needs.
func expectOneLine(
  _ error: (some Error & CustomStringConvertible)?, naming parts: [String],
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let text = error?.description ?? ""
  #expect(!text.contains("\n") && !text.isEmpty, sourceLocation: sourceLocation)
  for part in parts {
    #expect(text.contains(part), "\(text)", sourceLocation: sourceLocation)
  }
}

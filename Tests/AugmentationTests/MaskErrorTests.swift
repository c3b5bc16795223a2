import Augmentation
import RandomNumbers
import Testing
import Volumes

/// What training does to the masks of a cascade's previous stage.
struct MaskErrorTests {
  static let shape = Shape3(8, 10, 70)

  private func masks(_ name: String) throws -> [[Float]] {
    let bits = try Fixture.bits(name)
    return stride(from: 0, to: bits.count, by: 3 * Self.shape.count).map {
      bits[$0..<$0 + 3 * Self.shape.count].map { $0 ? 1 : 0 }
    }
  }

  private func changed(_ masks: [Float], _ change: (PatchMemory) -> Void) -> [Float] {
    var sample = TrainingSample(
      shape: Self.shape, channels: masks, labels: Array(repeating: 0, count: Self.shape.count))
    sample.withMemory(change)
    return sample.channels
  }

  @Test func morphologyEqualsTheReference() throws {
    let states = try masks("mask_morphology")
    let cases = try Fixture.table("mask_morphology").map { $0[0] }
    #expect(cases.count == 20 && states.count == 21)
    let operations: [MaskMorphology.Operation] = [.dilation, .erosion, .closing, .opening]
    for (parameters, expected) in zip(cases, states.dropFirst()) {
      let morphology = MaskMorphology(
        structure: Int(parameters[0]), operation: operations[Int(parameters[1])],
        radius: Float(parameters[2]))
      let found = changed(states[0]) { morphology.apply(to: $0) }
      #expect(found == expected, "\(morphology)")
      // Every change is one: a test of nothing would pass, too.
      #expect(found != states[0], "\(morphology)")
    }
  }

  @Test func removedComponentsEqualTheReference() throws {
    let states = try masks("mask_components")
    let table = try Fixture.table("mask_components").map { $0[0] }
    #expect(states.count == 10 && table.count == 6)
    for structure in 0..<3 {
      let valid = Int(table[structure * 2 + 1][0])
      for (index, choice) in [0, valid / 2, valid - 1].enumerated() {
        let removal = ComponentRemoval(
          structure: structure, choice: (Float(choice) + 0.5) / Float(valid), sizeLimit: 0.0008)
        let found = changed(states[0]) { removal.apply(to: $0) }
        #expect(found == states[1 + structure * 3 + index], "\(removal)")
        #expect(found != states[0])
      }
    }
  }

  @Test func largeComponentsStay() {
    let whole = [Float](repeating: 1, count: 3 * Self.shape.count)
    #expect(
      changed(whole) { ComponentRemoval(structure: 1, choice: 0.5).apply(to: $0) } == whole)
    let none = [Float](repeating: 0, count: 3 * Self.shape.count)
    #expect(changed(none) { ComponentRemoval(structure: 1, choice: 0.5).apply(to: $0) } == none)
  }

  @Test func drawsFollowTheProbabilities() throws {
    let settings = RandomMaskErrors()
    try settings.validate()
    var generator = SplitMix64(seed: 4)
    let draws = (0..<4000).map { _ in settings.draw(structureCount: 3, from: &generator) }
    // A sample has a change of one kind unless none of three structures is chosen.
    let (grown, removed) = (
      draws.count { !$0.morphologies.isEmpty }, draws.count { !$0.removals.isEmpty }
    )
    #expect(abs(Double(grown) / 4000 - 0.4 * 0.875) < 0.03)
    #expect(abs(Double(removed) / 4000 - 0.2 * 0.875) < 0.03)
    let all = draws.flatMap(\.morphologies)
    #expect(all.allSatisfy { (1...8).contains($0.radius) })
    for operation in MaskMorphology.Operation.allCases {
      #expect(
        abs(Double(all.count { $0.operation == operation }) / Double(all.count) - 0.25) < 0.04)
    }
    for structure in 0..<3 {
      #expect(
        abs(Double(all.count { $0.structure == structure }) / Double(all.count) - 1 / 3.0) < 0.04)
    }
    let first = draws.compactMap(\.morphologies.first?.structure)
    #expect(abs(Double(first.count { $0 == 2 }) / Double(first.count) - 1 / 3.0) < 0.06)

    var wrong = RandomMaskErrors()
    wrong.removalProbability = 1.5
    #expect(throws: AugmentationError.self) { try wrong.validate() }
    wrong = RandomMaskErrors()
    wrong.radiusRange = 0...3
    #expect(throws: AugmentationError.self) { try wrong.validate() }
  }

  /// The mask moves with the labels: here it is the labels.
  @Test(arguments: [false, true]) func channelsOfTheMaskFollowTheLabels(training: Bool) throws {
    let entry = try StoredCase.fixture()
    let geometry = try PatchGeometry(patchSize: [9, 11, 8])
    var errors = RandomMaskErrors()
    errors.morphologyProbability = 0
    errors.removalProbability = 0
    let plain = try AugmentationPipeline(geometry: geometry, channelCount: 2)
    let cascade = try AugmentationPipeline(
      geometry: geometry, channelCount: 2,
      previousStage: PreviousStageInput(labels: [1, 3], errors: errors))
    #expect(cascade.inputChannelCount == 4)
    for seed in UInt64(0)..<12 {
      var generators = (SplitMix64(seed: seed), SplitMix64(seed: seed))
      let start = VoxelIndex(-2, 1, -3)
      let samples = try entry.withView { view in
        let masked = CaseView(
          shape: view.shape, channelCount: 2, image: view.image, labels: view.labels,
          previousMask: view.labels)
        return training
          ? (
            plain.sample(from: view, at: start, generator: &generators.0),
            cascade.sample(from: masked, at: start, generator: &generators.1)
          )
          : (
            plain.validationSample(from: view, at: start),
            cascade.validationSample(from: masked, at: start)
          )
      }
      let voxels = geometry.finalShape.count
      #expect(samples.1.labels == samples.0.labels)
      #expect(Array(samples.1.channels[..<(2 * voxels)]) == samples.0.channels)
      for (index, label) in [Int16(1), 3].enumerated() {
        let channel = samples.1.channels[(2 + index) * voxels..<(3 + index) * voxels]
        #expect(Array(channel) == samples.0.labels.map { $0 == label ? 1 : 0 })
      }
    }
  }

  @Test func errorsAreMadeInTheChannelsOfTheMask() throws {
    let entry = try StoredCase.fixture()
    let geometry = try PatchGeometry(patchSize: [9, 11, 8])
    var errors = RandomMaskErrors()
    errors.morphologyProbability = 1
    errors.morphologyProbabilityPerStructure = 1
    let pipeline = try AugmentationPipeline(
      geometry: geometry, channelCount: 2,
      previousStage: PreviousStageInput(labels: [1, 2, 3], errors: errors))
    let voxels = geometry.finalShape.count
    var generator = SplitMix64(seed: 3)
    let sample = try entry.withView { view in
      pipeline.sample(
        from: CaseView(
          shape: view.shape, channelCount: 2, image: view.image, labels: view.labels,
          previousMask: view.labels), at: VoxelIndex(0, 0, 0), generator: &generator)
    }
    let masks = sample.channels[(2 * voxels)...]
    #expect(masks.allSatisfy { $0 == 0 || $0 == 1 })
    let truth = [Int16(1), 2, 3].flatMap { label -> [Float] in
      sample.labels.map { $0 == label ? 1 : 0 }
    }
    #expect(Array(masks) != truth)
    // One structure a voxel at most.
    #expect(
      (0..<voxels).allSatisfy { v in (0..<3).count { masks[(2 + $0) * voxels + v] == 1 } < 2 })
  }
}

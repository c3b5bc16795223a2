import Augmentation
import FoundationEssentials
import Parallelism
import RandomNumbers
import TestSupport
import Testing
import Volumes

@Suite struct PipelineTests {
  private func pipeline(
    _ patch: [Int] = [9, 11, 8], masked: [Int] = []
  ) throws -> AugmentationPipeline {
    try AugmentationPipeline(
      geometry: PatchGeometry(patchSize: patch), channelCount: 2, maskedChannels: masked)
  }

  @Test(arguments: [[9, 11, 8], [3, 11, 10], [12, 9]])
  func sameSeedGivesTheSameSample(patch: [Int]) throws {
    let pipeline = try pipeline(patch)
    try StoredCase.fixture().withView { view in
      var distinct = Set<TrainingSample>()
      for seed in 0..<60 {
        let start = VoxelIndex(seed % 5, seed % 3 - 2, 1)
        var (a, b) = (SplitMix64(seed: UInt64(seed)), SplitMix64(seed: UInt64(seed)))
        let sample = pipeline.sample(from: view, at: start, generator: &a)
        #expect(sample == pipeline.sample(from: view, at: start, generator: &b))
        #expect(a == b)
        #expect(sample.channels.allSatisfy { $0.isFinite })
        #expect(sample.labels.allSatisfy { (0...3).contains($0) })
        distinct.insert(sample)
      }
      #expect(distinct.count > 55)
    }
  }

  @Test func drawnAugmentationReplaysFromJSON() throws {
    let pipeline = try pipeline()
    try StoredCase.fixture().withView { view in
      for seed in 0..<20 {
        var generator = SplitMix64(seed: UInt64(seed))
        var copy = generator
        let sample = pipeline.sample(from: view, at: VoxelIndex(0, 1, 2), generator: &generator)
        let drawn = pipeline.draw(from: &copy)
        let stored = try JSONDecoder().decode(
          SampleAugmentation.self, from: JSONEncoder().encode(drawn))
        #expect(stored == drawn)
        var replayed = TrainingSample.blank(pipeline.geometry.finalShape, channelCount: 2)
        replayed.withMemory {
          pipeline.sample(from: view, at: VoxelIndex(0, 1, 2), augmentation: stored, into: $0)
        }
        #expect(replayed == sample)
      }
    }
  }

  @Test func batchDoesNotDependOnThreads() throws {
    let pipeline = try pipeline()
    let voxels = pipeline.geometry.finalShape.count
    try StoredCase.fixture().withView { view in
      let requests = (0..<7).map {
        SampleRequest(
          view: view, start: VoxelIndex($0 - 3, 0, 1), generator: SplitMix64(seed: UInt64($0)))
      }
      var images = [[Float]](repeating: Array(repeating: .nan, count: 14 * voxels), count: 2)
      var labels = [[Int16]](repeating: Array(repeating: 99, count: 7 * voxels), count: 2)
      for run in 0..<2 {
        images[run].withUnsafeMutableBufferPointer { image in
          labels[run].withUnsafeMutableBufferPointer { label in
            if run == 0 {
              pipeline.fill(requests, images: image, labels: label)
            } else {
              ThreadBudget.serially { pipeline.fill(requests, images: image, labels: label) }
            }
          }
        }
      }
      #expect(images[0] == images[1])
      #expect(labels[0] == labels[1])
      var generator = requests[4].generator
      let single = pipeline.sample(from: view, at: requests[4].start, generator: &generator)
      #expect(Array(images[0][8 * voxels..<10 * voxels]) == single.channels)
      #expect(Array(labels[0][4 * voxels..<5 * voxels]) == single.labels)
    }
  }

  @Test func validationCutsThePatchAndNothingElse() throws {
    let stored = try StoredCase.fixture()
    let start = VoxelIndex(-1, 10, 9)
    let expected = stored.cut(at: start, shape: Fixture.patchShape)
    let pipeline = try pipeline()
    try stored.withView { view in
      let sample = pipeline.validationSample(from: view, at: start)
      #expect(sample.channels == expected.image)
      #expect(sample.labels == expected.labels.map { max($0, 0) })
    }
  }

  @Test func maskedChannelsAreZeroWhereThereIsNoData() throws {
    let stored = try StoredCase.fixture()
    let pipeline = try pipeline(masked: [1])
    var augmentation = SampleAugmentation()
    augmentation.noise = GaussianNoise(standardDeviation: 1, seed: 1)
    // The middle of the region is the final patch; its first voxels are outside or unlabelled.
    let region = pipeline.geometry.enlargedShape
    let start = VoxelIndex(
      4 - region.depth / 2, 5 - region.height / 2, 4 - region.width / 2)
    try stored.withView { view in
      var sample = TrainingSample.blank(Fixture.patchShape, channelCount: 2)
      sample.withMemory {
        pipeline.sample(from: view, at: start, augmentation: augmentation, into: $0)
      }
      let labels = stored.cut(at: VoxelIndex(0, 0, 0), shape: Fixture.patchShape).labels
      let missing = labels.indices.filter { labels[$0] == -1 }
      #expect(missing.count == 4 * 5 * 3)
      for index in missing {
        #expect(sample.channels[792 + index] == 0)
        #expect(sample.channels[index] != 0)
        #expect(sample.labels[index] == 0)
      }
      #expect(sample.channels[792...].count(where: { $0 == 0 }) == missing.count)
    }
  }

  @Test func invalidSettingsAreRefused() throws {
    let geometry = try PatchGeometry(patchSize: [8, 8, 8])
    var settings = AugmentationSettings()
    settings.gamma.probability = 1.5
    #expect(
      throws: AugmentationError.invalidProbability(setting: "gamma.probability", found: 1.5)
    ) {
      try AugmentationPipeline(geometry: geometry, channelCount: 1, settings: settings)
    }
    settings = AugmentationSettings()
    settings.lowResolution.scaleRange = 0.5...2
    #expect(throws: AugmentationError.self) {
      try AugmentationPipeline(geometry: geometry, channelCount: 1, settings: settings)
    }
    #expect(throws: AugmentationError.unknownChannel(found: 1, channelCount: 1)) {
      try AugmentationPipeline(geometry: geometry, channelCount: 1, maskedChannels: [1])
    }
  }
}

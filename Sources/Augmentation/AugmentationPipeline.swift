import Parallelism
public import RandomNumbers
import Volumes

/// Takes patches from cases and augments them as the reference does.
///
/// ```swift
/// let pipeline = try AugmentationPipeline(geometry: geometry, channelCount: 1)
/// var generator = SplitMix64(seed: 1, stream: epoch, iteration, position)
/// let sample = pipeline.sample(from: view, at: start, generator: &generator)
/// ```
///
/// A sample is made on one thread and depends on the case, the start and the generator alone; different samples may be made on different
/// threads at the same time.
public struct AugmentationPipeline: Hashable, Sendable {
  /// Shapes, angles and axes of the plan.
  public let geometry: PatchGeometry
  /// Number of channels of a case's image.
  public let channelCount: Int
  /// Probabilities and ranges.
  public let settings: AugmentationSettings
  /// The masks of the previous stage of a cascade, or nil.
  public let previousStage: PreviousStageInput?
  private let masking: BackgroundMasking

  /// Number of channels of a sample: those of the image, and the structures of the previous stage after them.
  public var inputChannelCount: Int { channelCount + (previousStage?.labels.count ?? 0) }

  /// A pipeline for one plan.
  ///
  /// - Parameters:
  ///   - geometry: The plan's patch geometry.
  ///   - channelCount: Number of image channels, at least 1.
  ///   - settings: Probabilities and ranges.
  ///   - maskedChannels: Channels that were normalised within the non-zero region: they are 0 where a case has no data.
  ///   - previousStage: The masks of the previous stage of a cascade; every case must then have one.
  /// - Throws: An ``AugmentationError`` if the settings or a channel are invalid.
  public init(
    geometry: PatchGeometry, channelCount: Int, settings: AugmentationSettings = .init(),
    maskedChannels: [Int] = [], previousStage: PreviousStageInput? = nil
  ) throws(AugmentationError) {
    precondition(channelCount >= 1, "an image of \(channelCount) channels")
    try settings.validate()
    if let previousStage { try previousStage.errors.validate() }
    for channel in maskedChannels where !(0..<channelCount).contains(channel) {
      throw .unknownChannel(found: channel, channelCount: channelCount)
    }
    self.geometry = geometry
    self.channelCount = channelCount
    self.settings = settings
    self.previousStage = previousStage
    masking = BackgroundMasking(channels: maskedChannels)
  }

  /// Draws all parameters of one sample.
  public func draw(from generator: inout SplitMix64) -> SampleAugmentation {
    var sample = settings.draw(for: geometry, channelCount: channelCount, from: &generator)
    sample.maskErrors = previousStage.map {
      $0.errors.draw(structureCount: $0.labels.count, from: &generator)
    }
    return sample
  }

  /// Takes one patch from a case and applies what was drawn for it.
  ///
  /// - Parameters:
  ///   - view: The case.
  ///   - start: First voxel of the enlarged region, from ``PatchSampler/drawStart(in:locations:focus:from:)``.
  ///   - augmentation: What to do to the patch.
  ///   - patch: Receives the sample; its shape is the geometry's final shape.
  /// - Complexity: O(voxels of the final patch).
  public func sample(
    from view: CaseView, at start: VoxelIndex, augmentation: SampleAugmentation,
    into patch: PatchMemory
  ) {
    checkMemory(patch)
    let image = patch.channels(0..<channelCount)
    augmentation.spatial.sample(view, at: start, shape: geometry.enlargedShape, into: image)
    augmentation.applyAfterSampling(to: image)
    masking.apply(to: image)
    removeMissingLabel(from: image)
    appendPreviousStage(of: view, to: patch) { mask in
      augmentation.spatial.sample(
        view.ofPreviousStage, at: start, shape: geometry.enlargedShape, into: mask)
      augmentation.mirroring.apply(to: mask)
    }
    if previousStage != nil {
      augmentation.maskErrors?.apply(to: patch.channels(channelCount..<inputChannelCount))
    }
  }

  private func checkMemory(_ patch: PatchMemory) {
    precondition(
      patch.shape == geometry.finalShape && patch.channelCount == inputChannelCount,
      "memory for \(patch.channelCount) channels of \(patch.shape), but the plan's are "
        + "\(inputChannelCount) of \(geometry.finalShape)")
  }

  /// Fills the channels after the image's with the previous stage's mask, which `sample` takes from the case.
  private func appendPreviousStage(
    of view: CaseView, to patch: PatchMemory, sample: (_ mask: PatchMemory) -> Void
  ) {
    guard let previousStage else { return }
    withUnsafeTemporaryAllocation(of: Int16.self, capacity: patch.shape.count) { mask in
      guard let labels = mask.baseAddress else { return }
      sample(
        PatchMemory(shape: patch.shape, channelCount: 0, image: patch.image, labels: labels))
      previousStage.write(
        labels, count: patch.shape.count, into: patch.image + channelCount * patch.shape.count)
    }
  }

  /// Takes one patch from a case and augments it at random.
  ///
  /// - Parameters:
  ///   - view: The case.
  ///   - start: First voxel of the enlarged region, from ``PatchSampler/drawStart(in:locations:focus:from:)``.
  ///   - generator: Source of randomness; the same state gives the same sample.
  /// - Returns: The sample, of the geometry's final shape; labels are at least 0.
  public func sample(
    from view: CaseView, at start: VoxelIndex, generator: inout SplitMix64
  ) -> TrainingSample {
    let augmentation = draw(from: &generator)
    return TrainingSample(shape: geometry.finalShape, channelCount: inputChannelCount) { patch in
      sample(from: view, at: start, augmentation: augmentation, into: patch)
    }
  }

  /// Takes one patch from a case without augmenting it, for validation.
  ///
  /// - Parameters:
  ///   - view: The case.
  ///   - start: First voxel of the patch, from a sampler for validation.
  ///   - patch: Receives the sample; its shape is the geometry's final shape.
  public func validationSample(
    from view: CaseView, at start: VoxelIndex, into patch: PatchMemory
  ) {
    checkMemory(patch)
    let image = patch.channels(0..<channelCount)
    SpatialTransform().sample(view, at: start, shape: geometry.finalShape, into: image)
    removeMissingLabel(from: image)
    appendPreviousStage(of: view, to: patch) { mask in
      SpatialTransform().sample(
        view.ofPreviousStage, at: start, shape: geometry.finalShape, into: mask)
    }
  }

  /// Takes one patch from a case without augmenting it, for validation.
  ///
  /// - Parameters:
  ///   - view: The case.
  ///   - start: First voxel of the patch, from a sampler for validation.
  /// - Returns: The sample, of the geometry's final shape; labels are at least 0.
  public func validationSample(from view: CaseView, at start: VoxelIndex) -> TrainingSample {
    TrainingSample(shape: geometry.finalShape, channelCount: inputChannelCount) { patch in
      validationSample(from: view, at: start, into: patch)
    }
  }
}

/// One sample to be taken: the case, the place and the randomness.
public struct SampleRequest: Sendable {
  /// The case.
  public var view: CaseView
  /// First voxel of the enlarged region.
  public var start: VoxelIndex
  /// Source of randomness of this sample alone.
  public var generator: SplitMix64

  /// A sample of `view` from `start` on, augmented with `generator`.
  public init(view: CaseView, start: VoxelIndex, generator: SplitMix64) {
    self.view = view
    self.start = start
    self.generator = generator
  }
}

extension AugmentationPipeline {
  /// Fills a batch, one sample per thread at a time; the result does not depend on the number of threads.
  ///
  /// - Parameters:
  ///   - requests: The samples.
  ///   - images: Receives the images, (sample, channel, z, y, x).
  ///   - labels: Receives the labels, (sample, z, y, x).
  public func fill(
    _ requests: [SampleRequest], images: UnsafeMutableBufferPointer<Float>,
    labels: UnsafeMutableBufferPointer<Int16>
  ) {
    let voxels = geometry.finalShape.count
    precondition(
      images.count == requests.count * inputChannelCount * voxels
        && labels.count == requests.count * voxels,
      "\(images.count) intensities and \(labels.count) labels for \(requests.count) patches of "
        + "\(inputChannelCount) channels of \(geometry.finalShape)")
    guard let image = images.baseAddress, let label = labels.baseAddress else { return }
    parallelFor(requests.count) { index in
      var request = requests[index]
      let augmentation = draw(from: &request.generator)
      sample(
        from: request.view, at: request.start, augmentation: augmentation,
        into: PatchMemory(
          shape: geometry.finalShape, channelCount: inputChannelCount,
          image: image + index * inputChannelCount * voxels, labels: label + index * voxels))
    }
  }
}

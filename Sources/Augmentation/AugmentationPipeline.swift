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
  /// Number of image channels.
  public let channelCount: Int
  /// Probabilities and ranges.
  public let settings: AugmentationSettings
  private let masking: BackgroundMasking

  /// A pipeline for one plan.
  ///
  /// - Parameters:
  ///   - geometry: The plan's patch geometry.
  ///   - channelCount: Number of image channels, at least 1.
  ///   - settings: Probabilities and ranges.
  ///   - maskedChannels: Channels that were normalised within the non-zero region: they are 0 where a case has no data.
  /// - Throws: An ``AugmentationError`` if the settings or a channel are invalid.
  public init(
    geometry: PatchGeometry, channelCount: Int, settings: AugmentationSettings = .init(),
    maskedChannels: [Int] = []
  ) throws(AugmentationError) {
    precondition(channelCount >= 1, "an image of \(channelCount) channels")
    try settings.validate()
    for channel in maskedChannels where !(0..<channelCount).contains(channel) {
      throw .unknownChannel(found: channel, channelCount: channelCount)
    }
    self.geometry = geometry
    self.channelCount = channelCount
    self.settings = settings
    masking = BackgroundMasking(channels: maskedChannels)
  }

  /// Draws all parameters of one sample.
  public func draw(from generator: inout SplitMix64) -> SampleAugmentation {
    settings.draw(for: geometry, channelCount: channelCount, from: &generator)
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
    precondition(
      patch.shape == geometry.finalShape,
      "memory for a patch of \(patch.shape), but the plan's is \(geometry.finalShape)")
    augmentation.spatial.sample(view, at: start, shape: geometry.enlargedShape, into: patch)
    augmentation.applyAfterSampling(to: patch)
    masking.apply(to: patch)
    removeMissingLabel(from: patch)
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
    return TrainingSample(shape: geometry.finalShape, channelCount: channelCount) { patch in
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
    precondition(
      patch.shape == geometry.finalShape,
      "memory for a patch of \(patch.shape), but the plan's is \(geometry.finalShape)")
    SpatialTransform().sample(view, at: start, shape: geometry.finalShape, into: patch)
    removeMissingLabel(from: patch)
  }

  /// Takes one patch from a case without augmenting it, for validation.
  ///
  /// - Parameters:
  ///   - view: The case.
  ///   - start: First voxel of the patch, from a sampler for validation.
  /// - Returns: The sample, of the geometry's final shape; labels are at least 0.
  public func validationSample(from view: CaseView, at start: VoxelIndex) -> TrainingSample {
    TrainingSample(shape: geometry.finalShape, channelCount: channelCount) { patch in
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
      images.count == requests.count * channelCount * voxels
        && labels.count == requests.count * voxels,
      "\(images.count) intensities and \(labels.count) labels for \(requests.count) patches of "
        + "\(channelCount) channels of \(geometry.finalShape)")
    guard let image = images.baseAddress, let label = labels.baseAddress else { return }
    parallelFor(requests.count) { index in
      var request = requests[index]
      let augmentation = draw(from: &request.generator)
      sample(
        from: request.view, at: request.start, augmentation: augmentation,
        into: PatchMemory(
          shape: geometry.finalShape, channelCount: channelCount,
          image: image + index * channelCount * voxels, labels: label + index * voxels))
    }
  }
}

import Augmentation
import Datasets
import Networks
import Planning
package import Preprocessing
import RandomNumbers
package import Tensors
import Volumes

/// Images and labels of one step.
package struct TrainingBatch: Sendable {
  /// Samples, channels, voxels.
  package let images: [Float]
  /// The labels of each level of deep supervision, as class numbers.
  package let targets: [LabelBatch]
}

/// Makes the batches of a run; each depends on the seed, the epoch and the iteration only.
package struct BatchSource: Sendable {
  /// Which batches.
  package enum Purpose: Int, Sendable {
    /// Augmented patches of training cases.
    case training = 0
    /// Plain patches of validation cases.
    case validation = 1
  }

  /// A place in the run.
  package struct Place: Sendable {
    let purpose: Purpose
    let epoch: Int
    let iteration: Int

    /// - Parameters:
    ///   - purpose: Training or validation.
    ///   - epoch: The epoch, counted from 0.
    ///   - iteration: The step of the epoch, counted from 0.
    package init(purpose: Purpose, epoch: Int, iteration: Int) {
      self.purpose = purpose
      self.epoch = epoch
      self.iteration = iteration
    }
  }

  package let cases: [Purpose: [StoredCase]]
  /// In a cascade the mask of every case by the previous stage.
  let masks: [String: PreviousStageMask]
  let geometry: PatchGeometry
  let pipeline: AugmentationPipeline
  let samplers: [Purpose: PatchSampler]
  let batchSize: Int
  let seed: UInt64
  /// Extents of the levels that take part in the loss.
  let levels: [Shape3]
  /// What labels become that are not their own class numbers; nil where the values are the numbers.
  let renumbering: LabelRenumbering?
  /// The place of the list of all annotated voxels, if there is one.
  let annotatedClass: Int?

  /// - Returns: The batch, made on all threads of the budget; the result does not depend on their number.
  package func batch(at place: Place) -> TrainingBatch {
    let candidates = cases[place.purpose] ?? []
    guard let sampler = samplers[place.purpose] else {
      preconditionFailure("a sampler for every purpose")
    }
    let requests = (0..<batchSize).map { position -> SampleRequest in
      var generator = SplitMix64(
        seed: seed, stream: place.purpose.rawValue, place.epoch, place.iteration, position)
      let entry = candidates[sampler.drawCase(of: candidates.count, from: &generator)]
      let start = sampler.drawStart(
        in: entry.shape,
        locations: StoredLocations(entry: entry, annotatedClass: annotatedClass),
        focus: sampler.focus(ofPatch: position), from: &generator)
      return SampleRequest(
        view: CaseView(entry, masks[entry.id]), start: start, generator: generator)
    }
    let voxels = geometry.finalShape.count
    var labels = [Int16](repeating: 0, count: batchSize * voxels)
    let images = [Float](
      unsafeUninitializedCapacity: batchSize * pipeline.inputChannelCount * voxels
    ) { images, count in
      count = batchSize * pipeline.inputChannelCount * voxels
      labels.withUnsafeMutableBufferPointer { labels in
        let images = UnsafeMutableBufferPointer(rebasing: images[..<count])
        switch place.purpose {
        case .training: pipeline.fill(requests, images: images, labels: labels)
        case .validation:
          fillPlain(requests, images: images, labels: labels)
        }
      }
    }
    renumbering?.apply(to: &labels)
    return TrainingBatch(images: images, targets: levels.map { target(labels, $0) })
  }

  private func fillPlain(
    _ requests: [SampleRequest], images: UnsafeMutableBufferPointer<Float>,
    labels: UnsafeMutableBufferPointer<Int16>
  ) {
    guard let image = images.baseAddress, let label = labels.baseAddress else { return }
    let voxels = geometry.finalShape.count
    for (index, request) in requests.enumerated() {
      pipeline.validationSample(
        from: request.view, at: request.start,
        into: PatchMemory(
          shape: geometry.finalShape, channelCount: pipeline.inputChannelCount,
          image: image + index * pipeline.inputChannelCount * voxels, labels: label + index * voxels
        ))
    }
  }

  private func target(_ labels: [Int16], _ shape: Shape3) -> LabelBatch {
    let size = Size3(shape.lengths)
    if shape == geometry.finalShape {
      return LabelBatch(batch: batchSize, size: size, labels: labels)
    }
    let voxels = geometry.finalShape.count
    let reduced = [Int16](unsafeUninitializedCapacity: batchSize * shape.count) { target, count in
      count = batchSize * shape.count
      labels.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        for sample in 0..<batchSize {
          reduceLabels(
            from + sample * voxels, geometry.finalShape, into: to + sample * shape.count, shape)
        }
      }
    }
    return LabelBatch(batch: batchSize, size: size, labels: reduced)
  }
}

extension CaseView {
  /// The arrays of a stored case and of its mask by a previous stage, which must outlive the view.
  init(_ entry: StoredCase, _ mask: PreviousStageMask?) {
    guard let image = entry.image.baseAddress, let labels = entry.labels.baseAddress else {
      preconditionFailure("case \(entry.id) without voxels or labels")
    }
    self.init(
      shape: entry.shape, channelCount: entry.channelCount, image: image, labels: labels,
      previousMask: mask?.labels.baseAddress)
  }
}

/// The voxel lists of a stored case.
private struct StoredLocations: ClassLocations {
  let entry: StoredCase
  let annotatedClass: Int?

  var classCount: Int { entry.classCount }

  func voxelCount(ofClass index: Int) -> Int { entry.locations(ofClass: index).count }

  func voxel(_ position: Int, ofClass index: Int) -> VoxelIndex {
    VoxelIndex(position: Int(entry.locations(ofClass: index)[position]), in: entry.shape)
  }
}

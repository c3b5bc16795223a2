public import Volumes

/// One patch as the network sees it, with its labels.
public struct TrainingSample: Hashable, Sendable {
  /// Shape (z, y, x) of the patch.
  public let shape: Shape3
  /// Number of image channels.
  public let channelCount: Int
  /// The image, (channel, z, y, x), x fastest.
  public internal(set) var channels: [Float]
  /// The labels, (z, y, x), x fastest.
  public internal(set) var labels: [Int16]

  /// A sample from its image, (channel, z, y, x), and its labels, (z, y, x).
  public init(shape: Shape3, channels: [Float], labels: [Int16]) {
    precondition(
      !channels.isEmpty && channels.count % shape.count == 0 && labels.count == shape.count,
      "\(channels.count) intensities and \(labels.count) labels do not fill patches of \(shape)")
    self.shape = shape
    channelCount = channels.count / shape.count
    self.channels = channels
    self.labels = labels
  }

  /// A sample whose memory `fill` writes, all of it.
  init(shape: Shape3, channelCount: Int, fill: (PatchMemory) -> Void) {
    self.shape = shape
    self.channelCount = channelCount
    var labels: [Int16] = []
    channels = [Float](unsafeUninitializedCapacity: channelCount * shape.count) { image, count in
      labels = [Int16](unsafeUninitializedCapacity: shape.count) { voxels, labelCount in
        if let image = image.baseAddress, let voxels = voxels.baseAddress {
          fill(PatchMemory(shape: shape, channelCount: channelCount, image: image, labels: voxels))
        }
        labelCount = shape.count
      }
      count = channelCount * shape.count
    }
    self.labels = labels
  }

  /// Lets `body` change the sample in place through pointers.
  public mutating func withMemory(_ body: (PatchMemory) -> Void) {
    let (shape, channelCount) = (shape, channelCount)
    channels.withUnsafeMutableBufferPointer { image in
      labels.withUnsafeMutableBufferPointer { voxels in
        guard let image = image.baseAddress, let voxels = voxels.baseAddress else { return }
        body(PatchMemory(shape: shape, channelCount: channelCount, image: image, labels: voxels))
      }
    }
  }

  /// The labels as an array with a shape.
  public var labelArray: VoxelArray<Int16> { VoxelArray(shape: shape, elements: labels) }
}

/// Borrowed memory of one patch that transforms write: a slot of a batch, or a ``TrainingSample``.
///
/// The pointers must stay valid, and nothing else may touch the memory, while a transform runs; threads may write different patches.
public struct PatchMemory: @unchecked Sendable {
  /// Shape (z, y, x) of each channel and of the labels.
  public let shape: Shape3
  /// Number of image channels.
  public let channelCount: Int
  /// The image, (channel, z, y, x), x fastest.
  public let image: UnsafeMutablePointer<Float>
  /// The labels, (z, y, x), x fastest.
  public let labels: UnsafeMutablePointer<Int16>

  /// Memory for `channelCount * shape.count` intensities and `shape.count` labels.
  public init(
    shape: Shape3, channelCount: Int, image: UnsafeMutablePointer<Float>,
    labels: UnsafeMutablePointer<Int16>
  ) {
    self.shape = shape
    self.channelCount = channelCount
    self.image = image
    self.labels = labels
  }

  /// The same memory with some of its channels.
  func channels(_ range: Range<Int>) -> PatchMemory {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= channelCount,
      "channels \(range) of \(channelCount)")
    return PatchMemory(
      shape: shape, channelCount: range.count, image: image + range.lowerBound * shape.count,
      labels: labels)
  }

  /// The voxels of one channel.
  func channel(_ index: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: image + index * shape.count, count: shape.count)
  }

  /// Calls `body` with the voxels and the parameter of every channel that has one.
  ///
  /// - Parameters:
  ///   - parameters: One entry per channel; nil leaves the channel alone.
  ///   - body: Changes the voxels of one channel.
  func forEachChannel<Parameter>(
    with parameters: [Parameter?], _ body: (UnsafeMutableBufferPointer<Float>, Parameter) -> Void
  ) {
    precondition(
      parameters.count == channelCount,
      "\(parameters.count) channel parameters for a patch of \(channelCount) channels")
    for (index, parameter) in parameters.enumerated() {
      if let parameter { body(channel(index), parameter) }
    }
  }
}

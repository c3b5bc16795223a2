import Parallelism
import RandomNumbers
public import Resampling
public import Volumes

/// Times the resampling of random voxels, as preprocessing and export do it.
public struct ResamplingBenchmark: Sendable {
  /// What is resampled.
  public enum Content: Sendable, Hashable {
    /// Images, or logits, kept whole.
    case images(Interpolation)
    /// One channel of logits per class, of which only the winner is kept, slab by slab.
    case export
    /// Three labels.
    case labels
  }

  /// What was measured.
  public struct Result: Sendable {
    /// Shape of the result (z, y, x).
    public let shape: Shape3
    /// Seconds of the resampling alone.
    public let seconds: Double
    /// Bytes by which the process grew over what it held before.
    public let peakAddedBytes: Int
  }

  /// Number of channels, one after another.
  public let channels: Int
  /// Shape of each (z, y, x).
  public let shape: Shape3
  /// Spacings before and after.
  public let spacing: SpacingChange
  /// What is resampled.
  public let content: Content

  /// A benchmark of one resampling.
  public init(channels: Int, shape: Shape3, spacing: SpacingChange, content: Content) {
    precondition(channels >= 1 && shape.count >= 1, "\(channels) channels of \(shape)")
    self.channels = channels
    self.shape = shape
    self.spacing = spacing
    self.content = content
  }

  /// Runs it once.
  public func run() -> Result {
    let target = resampledShape(shape, from: spacing.current, to: spacing.new)
    var generator = SplitMix64(seed: 1)
    switch content {
    case .export:
      let logits = uniformChannels(&generator)
      return measure(target) { argmaxOfResampled(logits: logits, to: target, spacing: spacing) }
    case .images(let interpolation):
      let inputs = uniformChannels(&generator)
      let scheme = ResamplingScheme(order: interpolation)
      return measure(target) {
        inputs.map { scheme.resample($0, to: target, spacing: spacing) }
      }
    case .labels:
      let inputs = (0..<channels).map { _ in
        VoxelArray(
          shape: shape, elements: (0..<shape.count).map { _ in Int16(generator.next() % 3) })
      }
      return measure(target) {
        inputs.map {
          ResamplingScheme.labels.resample(labels: $0, to: target, spacing: spacing)
        }
      }
    }
  }

  private func uniformChannels(_ generator: inout SplitMix64) -> [VoxelArray<Float>] {
    (0..<channels).map { _ in
      VoxelArray(shape: shape, elements: (0..<shape.count).map { _ in generator.uniform(0...1) })
    }
  }

  private func measure<Output>(_ target: Shape3, _ work: () -> Output) -> Result {
    let before = SystemMemory.peakResident
    let start = monotonicSeconds()
    let output = work()
    let seconds = monotonicSeconds() - start
    withExtendedLifetime(output) {}
    return Result(
      shape: target, seconds: seconds, peakAddedBytes: SystemMemory.peakResident - before)
  }
}

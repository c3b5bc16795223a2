import Networks
import Resampling
import Tensors
package import Volumes

/// The logits of an image, computed while its planes are read in order.
///
/// Windows that begin at the same plane are a group. Once a group is done, no later one reaches the planes before the next group's first:
/// these are finished. So memory holds the classes of as many planes as a window has, whatever the image's depth.
package final class WindowLogits: PlaneSource {
  package let shape: Shape3
  package let channelCount: Int
  /// Whether all logits so far are finite numbers.
  package private(set) var isFinite = true

  private let sliding: SlidingWindow
  private let source: WindowInput
  private let progress: (Double) -> Void
  private let margin: Margin
  private let grid: WindowGrid
  private let mirrors: [Mirror]
  private let sums: WindowSums
  private var input: [Float]
  private var finishedGroups = 0

  /// - Parameters:
  ///   - sliding: What computes.
  ///   - source: The image, preprocessed, and the mask of a previous stage.
  ///   - progress: Called after every batch of windows with the share that is done.
  init(
    _ sliding: SlidingWindow, of source: WindowInput, progress: @escaping (Double) -> Void
  ) {
    self.sliding = sliding
    self.source = source
    self.progress = progress
    shape = source.channels[0].shape
    channelCount = sliding.classes
    margin = Margin(shape, window: sliding.window)
    grid = WindowGrid(margin.padded, window: sliding.window, step: sliding.step)
    let axes = sliding.mirrorAxes
    mirrors = (0..<1 << axes.count).map { bits in
      Mirror(sliding.window, axes: axes.indices.filter { bits >> $0 & 1 == 1 }.map { axes[$0] })
    }
    sums = WindowSums(
      classes: sliding.classes, within: margin, window: sliding.window,
      weights: windowWeights(sliding.window))
    input = [Float](repeating: 0, count: sliding.batchSize * source.count * sliding.window.count)
  }

  package func makeReadable(_ plane: Int) -> Int {
    while readableEnd <= plane { runGroup() }
    return readableEnd
  }

  package func address(ofPlane plane: Int, channel: Int) -> UnsafePointer<Float> {
    sums.quotients(ofPlane: plane + margin.before[0], class: channel)
  }

  /// The end of the image's planes that are finished.
  private var readableEnd: Int {
    min(shape.depth, max(0, firstUnfinished - margin.before[0]))
  }

  /// The first plane of the padded image that a group to come reaches.
  private var firstUnfinished: Int {
    let starts = grid.starts[0]
    if finishedGroups == 0 { return 0 }
    return finishedGroups < starts.count ? starts[finishedGroups] : margin.padded.depth
  }

  /// Takes the windows of the next group through all networks.
  private func runGroup() {
    let starts = grid.starts[0]
    precondition(finishedGroups < starts.count, "\(shape) has no more planes")
    let first = starts[finishedGroups]
    if finishedGroups > 0 {
      let depth = sliding.window.depth
      sums.clear(starts[finishedGroups - 1] + depth..<first + depth)
    }
    let windows = grid.count / starts.count
    let jobs = windows * mirrors.count
    for (index, network) in sliding.networks.enumerated() {
      for start in stride(from: 0, to: jobs, by: sliding.batchSize) {
        let batch = (start..<start + sliding.batchSize).map { job in
          WindowPlacement(
            origin: grid.origin(finishedGroups * windows + job / mirrors.count),
            mirror: mirrors[job % mirrors.count])
        }
        add(batch, through: network)
        if index == 0 {
          for placement in batch where placement.mirror.isIdentity {
            sums.addWeights(at: placement.origin)
          }
        }
        let passes = Double(sliding.networks.count)
        let done = (Double(index) + Double(start + sliding.batchSize) / Double(jobs)) / passes
        progress((Double(finishedGroups) + done) / Double(starts.count))
      }
    }
    finishedGroups += 1
    let passes = mirrors.count * sliding.networks.count
    let image = margin.before[0]..<margin.before[0] + shape.depth
    if !sums.divide((first..<firstUnfinished).clamped(to: image), by: passes) { isFinite = false }
  }

  private func add(_ batch: [WindowPlacement], through network: UNet) {
    margin.fill(&input, from: source, window: sliding.window, batch)
    let tensor = input.withUnsafeBufferPointer {
      Tensor(
        $0,
        shape: TensorShape(
          batch: batch.count, channels: source.count, size: Size3(sliding.window.lengths)),
        on: sliding.device)
    }
    network.logits(tensor).withLogits { sums.add($0, of: batch) }
  }
}

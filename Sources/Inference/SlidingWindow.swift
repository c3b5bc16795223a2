import Networks
import Parallelism
import Tensors
import Volumes

/// Applies networks to an image window by window and adds up their logits.
///
/// Logits are averaged over mirrored copies of a window, over overlapping windows by ``windowWeights(_:)``, and over networks. The
/// reference adds in half precision; here sums are float32.
///
/// - Source: Isensee et al., Nature Methods 18, 2021, doi:10.1038/s41592-020-01008-z; nnU-Net 2.8.1's `predict_from_raw_data.py`.
struct SlidingWindow {
  let networks: [UNet]
  let device: Device
  /// Extent of a window; depth 1 for a 2-D network.
  let window: Shape3
  let classes: Int
  /// Axes of the array that are mirrored.
  let mirrorAxes: [Int]
  /// Distance of neighbouring windows as a share of the window.
  let step: Double

  /// Largest number of voxels that go through the network at once, so that small windows keep all threads busy.
  private static let voxelsAtOnce = 1 << 20

  /// The logits of every class over the image.
  ///
  /// - Parameters:
  ///   - channels: The image, preprocessed.
  ///   - progress: Called after every batch of windows with the share that is done.
  /// - Returns: One array per class, of the image's shape.
  func logits(
    _ channels: [VoxelArray<Float>], progress: (Double) -> Void = { _ in }
  ) -> [VoxelArray<Float>] {
    let shape = channels[0].shape
    let margin = Margin(shape, window: window)
    let grid = WindowGrid(margin.padded, window: window, step: step)
    let weights = windowWeights(window)
    var total = [Float](repeating: 0, count: margin.padded.count)
    var sums = (0..<classes).map { _ in
      UnsafeMutableBufferPointer<Float>.allocate(capacity: margin.padded.count)
    }
    for sum in sums { sum.initialize(repeating: 0) }
    defer { for sum in sums { sum.deallocate() } }
    let mirrors = (0..<1 << mirrorAxes.count).map { bits in
      Mirror(window, axes: mirrorAxes.indices.filter { bits >> $0 & 1 == 1 }.map { mirrorAxes[$0] })
    }
    let jobs = grid.count * mirrors.count
    var batchSize = 1
    while batchSize < mirrors.count, batchSize * 2 * window.count <= Self.voxelsAtOnce {
      batchSize *= 2
    }
    var input = [Float](repeating: 0, count: batchSize * channels.count * window.count)
    for (index, network) in networks.enumerated() {
      for first in stride(from: 0, to: jobs, by: batchSize) {
        let batch = (first..<min(jobs, first + batchSize)).map { job in
          (origin: grid.origin(job / mirrors.count), mirror: mirrors[job % mirrors.count])
        }
        let count = batch.count * channels.count * window.count
        fill(&input, from: channels, margin: margin, batch)
        let tensor = input.withUnsafeBufferPointer {
          Tensor(
            UnsafeBufferPointer(rebasing: $0[..<count]),
            shape: TensorShape(
              batch: batch.count, channels: channels.count, size: Size3(window.lengths)),
            on: device)
        }
        network.logits(tensor).withLogits { logits in
          add(logits, to: sums, shape: margin.padded, weights: weights, batch)
        }
        if index == 0 {
          for job in batch where job.mirror.axes.isEmpty {
            addWeights(weights, to: &total, shape: margin.padded, at: job.origin)
          }
        }
        progress(
          (Double(index) + Double(first + batch.count) / Double(jobs)) / Double(networks.count))
      }
    }
    let scale = 1 / Float(mirrors.count * networks.count)
    return (0..<classes).map { _ in
      // A class's sums are freed as soon as they are divided.
      let sum = sums.removeFirst()
      defer { sum.deallocate() }
      return VoxelArray(
        shape: shape,
        elements: margin.removed(from: UnsafeBufferPointer(sum), dividedBy: total, scale: scale))
    }
  }

  /// Writes windows, mirrored, into the network's input: samples, channels, voxels.
  private func fill(
    _ input: inout [Float], from channels: [VoxelArray<Float>], margin: Margin,
    _ batch: [(origin: (Int, Int, Int), mirror: Mirror)]
  ) {
    input.withUnsafeMutableBufferPointer { input in
      nonisolated(unsafe) let target = input  // Every call writes its own channel of its own sample.
      parallelFor(batch.count * channels.count) { index in
        let (sample, channel) = index.quotientAndRemainder(dividingBy: channels.count)
        let (origin, mirror) = batch[sample]
        let source = channels[channel]
        let start = index * window.count
        source.elements.withUnsafeBufferPointer { voxels in
          for i in 0..<window.depth {
            let z = origin.0 + mirror.position(i, axis: 0) - margin.before[0]
            for j in 0..<window.height {
              let y = origin.1 + mirror.position(j, axis: 1) - margin.before[1]
              let row = start + (i * window.height + j) * window.width
              let isInside =
                (0..<source.shape.depth).contains(z) && (0..<source.shape.height).contains(y)
              for k in 0..<window.width {
                let x = origin.2 + mirror.position(k, axis: 2) - margin.before[2]
                target[row + k] =
                  isInside && x >= 0 && x < source.shape.width
                  ? voxels[(z * source.shape.height + y) * source.shape.width + x] : 0
              }
            }
          }
        }
      }
    }
  }

  /// Adds logits (samples, classes, voxels), mirrored back and weighted, to the sums.
  private func add(
    _ logits: UnsafeBufferPointer<Float>, to sums: [UnsafeMutableBufferPointer<Float>],
    shape: Shape3,
    weights: [Float], _ batch: [(origin: (Int, Int, Int), mirror: Mirror)]
  ) {
    parallelFor(classes * window.depth) { index in
      let (k, i) = index.quotientAndRemainder(dividingBy: window.depth)
      // Disjoint: one class and one plane of the window a call; the samples of a batch follow one another.
      let target = sums[k]
      weights.withUnsafeBufferPointer { weights in
        for (sample, (origin, mirror)) in batch.enumerated() {
          let source = (sample * classes + k) * window.count
          for j in 0..<window.height {
            let from =
              source
              + (mirror.position(i, axis: 0) * window.height + mirror.position(j, axis: 1))
              * window.width
            let weight = (i * window.height + j) * window.width
            let to =
              ((origin.0 + i) * shape.height + origin.1 + j) * shape.width + origin.2
            if mirror.isMirrored(2) {
              let last = from + window.width - 1
              for x in 0..<window.width {
                target[to + x] += weights[weight + x] * logits[last - x]
              }
            } else {
              for x in 0..<window.width {
                target[to + x] += weights[weight + x] * logits[from + x]
              }
            }
          }
        }
      }
    }
  }

  private func addWeights(
    _ weights: [Float], to total: inout [Float], shape: Shape3, at origin: (Int, Int, Int)
  ) {
    for i in 0..<window.depth {
      for j in 0..<window.height {
        let from = (i * window.height + j) * window.width
        let to = ((origin.0 + i) * shape.height + origin.1 + j) * shape.width + origin.2
        for k in 0..<window.width { total[to + k] += weights[from + k] }
      }
    }
  }
}

/// Axes of a window that are read backwards.
private struct Mirror {
  let window: Shape3
  let axes: [Int]
  private let flags: (Bool, Bool, Bool)

  init(_ window: Shape3, axes: [Int]) {
    self.window = window
    self.axes = axes
    flags = (axes.contains(0), axes.contains(1), axes.contains(2))
  }

  func isMirrored(_ axis: Int) -> Bool {
    axis == 0 ? flags.0 : axis == 1 ? flags.1 : flags.2
  }

  func position(_ index: Int, axis: Int) -> Int {
    isMirrored(axis) ? window[axis] - 1 - index : index
  }
}

/// Zeros around an image that is smaller than the window.
private struct Margin {
  let shape: Shape3
  /// Zeros before the first voxel along each axis.
  let before: [Int]
  let padded: Shape3

  init(_ shape: Shape3, window: Shape3) {
    self.shape = shape
    let missing = (0..<3).map { max(0, window[$0] - shape[$0]) }
    before = missing.map { $0 / 2 }
    padded = Shape3((0..<3).map { shape[$0] + missing[$0] })
  }

  /// The sums divided by the weights, without the zeros around.
  func removed(from sums: UnsafeBufferPointer<Float>, dividedBy weights: [Float], scale: Float)
    -> [Float]
  {
    var result: [Float] = []
    result.reserveCapacity(shape.count)
    for i in 0..<shape.depth {
      for j in 0..<shape.height {
        let row =
          ((i + before[0]) * padded.height + j + before[1]) * padded.width + before[2]
        for k in row..<row + shape.width { result.append(sums[k] * scale / weights[k]) }
      }
    }
    return result
  }
}

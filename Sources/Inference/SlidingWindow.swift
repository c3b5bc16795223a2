import Networks
import Tensors
package import Volumes

/// Applies networks to an image window by window and adds up their logits.
///
/// Logits are averaged over mirrored copies of a window, over overlapping windows by ``windowWeights(_:)``, and over networks. The
/// reference adds in half precision; here sums are float32.
///
/// - Source: Isensee et al., Nature Methods 18, 2021, doi:10.1038/s41592-020-01008-z; nnU-Net 2.8.1's `predict_from_raw_data.py`.
package struct SlidingWindow {
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

  /// Number of windows that go through the network at once.
  var batchSize: Int {
    // A divisor of the number of mirrored copies: the network sees batches of one size only, whatever the image.
    var size = 1
    while size < 1 << mirrorAxes.count, size * 2 * window.count <= Self.voxelsAtOnce { size *= 2 }
    return size
  }

  /// The logits of every class over the image.
  ///
  /// - Parameters:
  ///   - source: The image, preprocessed, and the mask of a previous stage.
  ///   - progress: Called after every batch of windows with the share that is done.
  /// - Returns: One array per class, of the image's shape; nil if one of them is not a finite number.
  package func logits(
    _ source: WindowInput, progress: (Double) -> Void = { _ in }
  ) -> [VoxelArray<Float>]? {
    let margin = Margin(source.channels[0].shape, window: window)
    let grid = WindowGrid(margin.padded, window: window, step: step)
    let sums = WindowSums(classes: classes, shape: margin.padded, weights: windowWeights(window))
    let mirrors = (0..<1 << mirrorAxes.count).map { bits in
      Mirror(window, axes: mirrorAxes.indices.filter { bits >> $0 & 1 == 1 }.map { mirrorAxes[$0] })
    }
    let jobs = grid.count * mirrors.count
    let batchSize = batchSize
    var input = [Float](repeating: 0, count: batchSize * source.count * window.count)
    for (index, network) in networks.enumerated() {
      for first in stride(from: 0, to: jobs, by: batchSize) {
        let batch = (first..<first + batchSize).map { job in
          WindowPlacement(
            origin: grid.origin(job / mirrors.count), mirror: mirrors[job % mirrors.count])
        }
        margin.fill(&input, from: source, window: window, batch)
        let tensor = input.withUnsafeBufferPointer {
          Tensor(
            $0,
            shape: TensorShape(
              batch: batchSize, channels: source.count, size: Size3(window.lengths)),
            on: device)
        }
        network.logits(tensor).withLogits { sums.add($0, of: batch, window: window) }
        if index == 0 {
          for placement in batch where placement.mirror.isIdentity {
            sums.addWeights(at: placement.origin, window: window)
          }
        }
        progress(
          (Double(index) + Double(first + batchSize) / Double(jobs)) / Double(networks.count))
      }
    }
    return sums.means(over: mirrors.count * networks.count, within: margin)
  }
}

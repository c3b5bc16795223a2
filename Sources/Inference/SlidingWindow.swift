import Networks
import Tensors
package import Volumes

/// Applies networks to an image window by window and adds up their logits.
///
/// Logits are averaged over mirrored copies of a window, over overlapping windows by ``windowWeights(_:)``, and over networks. The
/// reference adds in half precision; here sums are float32. They are added in the order of the windows, those of one plane by one network
/// after another.
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

  /// The logits of every class over the image, computed as they are read.
  ///
  /// - Parameters:
  ///   - source: The image, preprocessed, and the mask of a previous stage.
  ///   - progress: Called after every batch of windows with the share that is done.
  /// - Returns: Channels of the image's shape.
  package func planes(
    _ source: WindowInput, progress: @escaping (Double) -> Void = { _ in }
  ) -> WindowLogits {
    WindowLogits(self, of: source, progress: progress)
  }

  /// The logits of every class over the image, all at once.
  ///
  /// - Parameters:
  ///   - source: The image, preprocessed, and the mask of a previous stage.
  ///   - progress: Called after every batch of windows with the share that is done.
  /// - Returns: One array per class, of the image's shape; nil if one of them is not a finite number.
  package func logits(
    _ source: WindowInput, progress: @escaping (Double) -> Void = { _ in }
  ) -> [VoxelArray<Float>]? {
    let planes = planes(source, progress: progress)
    let plane = planes.shape.height * planes.shape.width
    var elements = [[Float]](repeating: [], count: classes)
    for index in elements.indices { elements[index].reserveCapacity(planes.shape.count) }
    var next = 0
    while next < planes.shape.depth {
      let end = planes.makeReadable(next)
      for index in elements.indices {
        for depth in next..<end {
          elements[index] += UnsafeBufferPointer(
            start: planes.address(ofPlane: depth, channel: index), count: plane)
        }
      }
      next = end
    }
    return planes.isFinite
      ? elements.map { VoxelArray(shape: planes.shape, elements: $0) } : nil
  }
}

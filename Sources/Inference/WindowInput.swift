import Parallelism
package import Volumes

/// What windows are cut from: the channels of an image and, in a cascade, the mask of the previous stage as one more channel per label.
///
/// The channels of the mask are made window by window, so that memory never holds them for the whole image.
package struct WindowInput {
  package let channels: [VoxelArray<Float>]
  package let mask: VoxelArray<Int16>?
  /// The label of each channel that the mask gives.
  package let maskLabels: [Int16]

  /// The channels of an image.
  package init(_ channels: [VoxelArray<Float>]) {
    self.channels = channels
    mask = nil
    maskLabels = []
  }

  /// The channels of an image, and one per label of a mask of their shape.
  package init(_ channels: [VoxelArray<Float>], mask: VoxelArray<Int16>, labels: [Int16]) {
    precondition(
      mask.shape == channels[0].shape, "a mask of \(mask.shape) for \(channels[0].shape)")
    self.channels = channels
    self.mask = mask
    maskLabels = labels
  }

  /// Number of the network's input channels.
  var count: Int { channels.count + maskLabels.count }
}

extension Margin {
  /// Writes windows, mirrored, into the network's input: samples, channels, voxels.
  func fill(
    _ input: inout [Float], from source: WindowInput, window: Shape3, _ batch: [WindowPlacement]
  ) {
    let (depth, count) = (window.depth, source.count)
    input.withUnsafeMutableBufferPointer { input in
      nonisolated(unsafe) let target = input.baseAddress  // Every call writes a plane of its own.
      parallelFor(batch.count * count * depth) { index in
        guard let target else { return }
        let (image, i) = index.quotientAndRemainder(dividingBy: depth)
        let (sample, channel) = image.quotientAndRemainder(dividingBy: count)
        let plane = target + index * window.height * window.width
        if channel < source.channels.count {
          fill(plane, i, batch[sample], window, from: source.channels[channel]) { $0 }
        } else if let mask = source.mask {
          let label = source.maskLabels[channel - source.channels.count]
          fill(plane, i, batch[sample], window, from: mask) { $0 == label ? 1 : 0 }
        }
      }
    }
  }

  /// Writes plane `i` of a window; 0 outside the image.
  @inline(__always)
  private func fill<Element>(
    _ plane: UnsafeMutablePointer<Float>, _ i: Int, _ placement: WindowPlacement, _ window: Shape3,
    from image: VoxelArray<Element>, _ value: (Element) -> Float
  ) {
    let (origin, mirror, width) = (placement.origin, placement.mirror, window.width)
    let z = origin.0 + mirror.plane(i) - before[0]
    // Columns of the window that lie in the image.
    let left = origin.2 - before[2]
    let inside = max(0, -left)..<min(width, shape.width - left)
    image.elements.withUnsafeBufferPointer { voxels in
      guard let voxels = voxels.baseAddress else { return }
      for j in 0..<window.height {
        let row = plane + j * width
        let y = origin.1 + mirror.row(j) - before[1]
        guard z >= 0, z < shape.depth, y >= 0, y < shape.height else {
          row.update(repeating: 0, count: width)
          continue
        }
        let from = voxels + (z * shape.height + y) * shape.width + left
        if inside.count < width { row.update(repeating: 0, count: width) }
        if mirror.reversesRows {
          for x in inside { row[width - 1 - x] = value(from[x]) }
        } else {
          for x in inside { row[x] = value(from[x]) }
        }
      }
    }
  }
}

extension WindowInput {
  /// The input of one window that covers the image and no more, channel after channel.
  package func wholeChannels(window: Shape3) -> [Float] {
    var result = [Float](repeating: 0, count: count * window.count)
    Margin(channels[0].shape, window: window).fill(
      &result, from: self, window: window,
      [WindowPlacement(origin: (0, 0, 0), mirror: Mirror(window, axes: []))])
    return result
  }
}

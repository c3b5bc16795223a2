public import Volumes

/// How an image is brought to another number of voxels over the same field of view.
///
/// - Source: PyTorch 2.8 `torch.nn.functional.interpolate` without aligned corners.
public enum Resizing: String, Hashable, Sendable, CaseIterable {
  /// Linear between the nearest centres.
  case linear
  /// Keys' cubic convolution with a = -0.75 of the four nearest centres along every axis.
  case cubic
  /// Linear, and where the image shrinks over all voxels that a new one covers.
  case antialiasedLinear = "linear-antialiased"
  /// Keys' cubic convolution with a = -0.5, stretched likewise.
  case antialiasedCubic = "cubic-antialiased"
}

extension Volume<Float> {
  /// The image with other numbers of voxels over the same field of view.
  ///
  /// Centres of voxels are mapped as deep-learning libraries do without aligned corners; beyond the
  /// grid the outermost voxels go on.
  ///
  /// - Parameters:
  ///   - extent: The wanted numbers of voxels, each at least 1.
  ///   - resizing: How values between centres follow.
  /// - Returns: The image on `Geometry.resized(to:)`.
  /// - Complexity: O(voxels times the width of the kernel), axis by axis from z.
  public func resized(to extent: Extent, by resizing: Resizing) -> Volume<Float> {
    precondition(
      min(extent.x, extent.y, extent.z) > 0, "an image cannot be resized to \(extent)")
    var values = voxels
    var current = self.extent
    for axis in GridAxis.allCases.reversed() where current[axis] != extent[axis] {
      let weights = ResizeWeights(from: current[axis], to: extent[axis], resizing)
      values = weighted(values, current, along: axis, weights)
      current[axis] = extent[axis]
    }
    return Volume(voxels: values, geometry: geometry.resized(to: extent))
  }
}

private func weighted(
  _ values: [Float], _ extent: Extent, along axis: GridAxis, _ weights: ResizeWeights
) -> [Float] {
  let length = extent[axis]
  // Elements from one voxel to the next along the axis.
  let stride =
    switch axis {
    case .x: 1
    case .y: extent.x
    case .z: extent.x * extent.y
    }
  let blocks = extent.count / (length * stride)
  var result = [Float](repeating: 0, count: blocks * weights.taps.count * stride)
  for block in 0..<blocks {
    for (place, taps) in weights.taps.enumerated() {
      let target = (block * weights.taps.count + place) * stride
      for (source, weight) in taps {
        let from = (block * length + source) * stride
        for element in 0..<stride { result[target + element] += weight * values[from + element] }
      }
    }
  }
  return result
}

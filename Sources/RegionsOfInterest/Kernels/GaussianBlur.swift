import ElementaryFunctions
import Parallelism
internal import Volumes

/// Weights of a Gaussian on whole steps, up to four standard deviations, as scipy cuts it off.
struct GaussianKernel {
  /// Steps to either side.
  let radius: Int
  /// Weights of 0 to `radius` steps; all together sum to 1.
  let weights: [Float]

  /// - Parameters:
  ///   - sigma: Standard deviation in steps; 0 for none.
  ///   - longest: Length of the line: farther than its end the outermost value repeats, so that
  ///     weights beyond are added to the last.
  init(sigma: Double, longest: Int) {
    let wanted = (4 * sigma + 0.5).rounded(.down)
    let count = wanted < 1e6 ? Int(wanted) : 1_000_000
    var weights = (0...count).map { step in
      sigma > 0 ? exponential(-0.5 * Double(step * step) / (sigma * sigma)) : 1
    }
    let sum = weights[0] + 2 * weights.dropFirst().reduce(0, +)
    for index in weights.indices { weights[index] /= sum }
    // Beyond the other end of the line every step finds the same value.
    radius = min(count, max(longest, 1))
    if radius < count { weights[radius] += weights[(radius + 1)...].reduce(0, +) }
    self.weights = weights[...radius].map { Float($0) }
  }
}

/// Blurs an array along x, y and z; beyond its ends the outermost values go on.
func blur(
  _ values: [Float], _ extent: Extent,
  _ kernels: (x: GaussianKernel, y: GaussianKernel, z: GaussianKernel)
) -> [Float] {
  var current = values
  if kernels.x.radius > 0 { current = blurRows(current, extent, kernels.x) }
  if kernels.y.radius > 0 {
    current = blurAcross(
      current, extent, kernels.y,
      AcrossRows(length: extent.y, stride: extent.x) { row in row % extent.y })
  }
  if kernels.z.radius > 0 {
    current = blurAcross(
      current, extent, kernels.z,
      AcrossRows(length: extent.z, stride: extent.x * extent.y) { row in row / extent.y })
  }
  return current
}

private func blurRows(_ values: [Float], _ extent: Extent, _ kernel: GaussianKernel) -> [Float] {
  let length = extent.x
  return [Float](unsafeUninitializedCapacity: values.count) { result, count in
    count = values.count
    nonisolated(unsafe) let result = result
    values.withUnsafeBufferPointer { values in
      nonisolated(unsafe) let values = values
      parallelForRanges(extent.y * extent.z, grain: max(1, 65_536 / length)) { rows in
        var padded = [Float](repeating: 0, count: length + 2 * kernel.radius)
        for row in rows {
          for x in padded.indices {
            padded[x] = values[row * length + min(max(x - kernel.radius, 0), length - 1)]
          }
          for x in 0..<length {
            let centre = x + kernel.radius
            var sum = kernel.weights[0] * padded[centre]
            for step in 1...kernel.radius {
              sum += kernel.weights[step] * (padded[centre - step] + padded[centre + step])
            }
            result[row * length + x] = sum
          }
        }
      }
    }
  }
}

/// How rows lie along an axis across them.
private struct AcrossRows {
  let length: Int
  /// Elements from one row to the next.
  let stride: Int
  /// Place of a row along the axis.
  let place: (Int) -> Int
}

private func blurAcross(
  _ values: [Float], _ extent: Extent, _ kernel: GaussianKernel, _ axis: AcrossRows
) -> [Float] {
  let width = extent.x
  return [Float](unsafeUninitializedCapacity: values.count) { result, count in
    count = values.count
    nonisolated(unsafe) let (result, axis) = (result, axis)
    values.withUnsafeBufferPointer { values in
      nonisolated(unsafe) let values = values
      parallelForRanges(extent.y * extent.z, grain: max(1, 65_536 / width)) { rows in
        for row in rows {
          let (start, place) = (row * width, axis.place(row))
          for x in 0..<width { result[start + x] = kernel.weights[0] * values[start + x] }
          for step in 1...kernel.radius {
            let below = start + (max(place - step, 0) - place) * axis.stride
            let above = start + (min(place + step, axis.length - 1) - place) * axis.stride
            for x in 0..<width {
              result[start + x] += kernel.weights[step] * (values[below + x] + values[above + x])
            }
          }
        }
      }
    }
  }
}

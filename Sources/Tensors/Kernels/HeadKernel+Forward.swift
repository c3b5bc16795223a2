import Parallelism

extension HeadKernel {
  /// The logits, sixteen voxels at a time: their features are turned to channels first, so that
  /// every class is a sum of whole vectors.
  ///
  /// - Parameters:
  ///   - x: N x V x C elements.
  ///   - weight: K x C numbers.
  ///   - bias: K numbers.
  ///   - logits: N x K x V numbers, written.
  func forward(
    _ x: UnsafePointer<Element>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    logits: UnsafeMutablePointer<Float>
  ) {
    parallelFor(features.batch * chunks) { chunk in
      let (sample, part) = chunk.quotientAndRemainder(dividingBy: chunks)
      let rows = x + sample * voxels * channels
      let target = logits + sample * classes * voxels
      withUnsafeTemporaryAllocation(of: SIMD16<Float>.self, capacity: channels + 32) { scratch in
        let t = scratch.baseAddress.unsafelyUnwrapped
        for voxel in stride(from: part * grain, to: min(voxels, (part + 1) * grain), by: 16) {
          let count = min(16, voxels - voxel)
          if count == 16 {
            turn(rows + voxel * channels, into: t)
          } else {
            turn(rows + voxel * channels, count: count, into: t)
          }
          writeLogits(t, weight, bias, to: target + voxel, count: count)
        }
      }
    }
  }

  /// Channels-last features of sixteen voxels to C vectors of sixteen voxels; 32 vectors after them
  /// are overwritten.
  @inline(__always)
  private func turn(_ x: UnsafePointer<Element>, into t: UnsafeMutablePointer<SIMD16<Float>>) {
    var channel = 0
    let work = t + channels
    while channel + 16 <= channels {
      for voxel in 0..<16 { t[channel + voxel] = Element.load16(x + voxel * channels + channel) }
      transpose16(t + channel, work)
      channel += 16
    }
    while channel < channels {
      var v = SIMD16<Float>.zero
      for voxel in 0..<16 { v[voxel] = x[voxel * channels + channel].widened }
      t[channel] = v
      channel += 1
    }
  }

  private func turn(
    _ x: UnsafePointer<Element>, count: Int, into t: UnsafeMutablePointer<SIMD16<Float>>
  ) {
    for channel in 0..<channels {
      var v = SIMD16<Float>.zero
      for voxel in 0..<count { v[voxel] = x[voxel * channels + channel].widened }
      t[channel] = v
    }
  }

  /// Writes the first `count` numbers of each of the K rows of V logits.
  @inline(__always)
  private func writeLogits(
    _ t: UnsafePointer<SIMD16<Float>>, _ weight: UnsafePointer<Float>,
    _ bias: UnsafePointer<Float>, to logits: UnsafeMutablePointer<Float>, count: Int
  ) {
    for first in stride(from: 0, to: classes, by: 4) {
      // Four classes at a time; those beyond the last compute it again.
      let (k1, k2) = (min(first + 1, classes - 1), min(first + 2, classes - 1))
      let k3 = min(first + 3, classes - 1)
      let (w0, w1) = (weight + first * channels, weight + k1 * channels)
      let (w2, w3) = (weight + k2 * channels, weight + k3 * channels)
      var s0 = SIMD16(repeating: bias[first])
      var s1 = SIMD16(repeating: bias[k1])
      var s2 = SIMD16(repeating: bias[k2])
      var s3 = SIMD16(repeating: bias[k3])
      for channel in 0..<channels {
        let v = t[channel]
        s0.addProduct(w0[channel], v)
        s1.addProduct(w1[channel], v)
        s2.addProduct(w2[channel], v)
        s3.addProduct(w3[channel], v)
      }
      store(s0, to: logits + first * voxels, count: count)
      store(s1, to: logits + k1 * voxels, count: count)
      store(s2, to: logits + k2 * voxels, count: count)
      store(s3, to: logits + k3 * voxels, count: count)
    }
  }

  @inline(__always)
  private func store(
    _ values: SIMD16<Float>, to pointer: UnsafeMutablePointer<Float>, count: Int
  ) {
    if count == 16 {
      Float.store16(values, to: pointer)
    } else {
      for lane in 0..<count { pointer[lane] = values[lane] }
    }
  }
}

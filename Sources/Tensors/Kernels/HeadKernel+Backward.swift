import Parallelism

extension HeadKernel {
  /// - Parameters:
  ///   - gradient: N x K x V numbers, of the logits.
  ///   - x: N x V x C elements.
  ///   - weight: K x C numbers.
  ///   - result: N x V x C elements, written: the gradient of x.
  ///   - weightGradient: K x C and K numbers, written: of weight and bias.
  func backward(
    _ gradient: UnsafePointer<Float>, x: UnsafePointer<Element>, weight: UnsafePointer<Float>,
    result: UnsafeMutablePointer<Element>,
    weightGradient: (weight: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>)
  ) {
    let stride = classes * (channels + 1)
    var partial = [Float](repeating: 0, count: features.batch * chunks * stride)
    partial.withUnsafeMutableBufferPointer { partial in
      let sums = partial.baseAddress.unsafelyUnwrapped
      parallelFor(features.batch * chunks) { chunk in
        let (sample, part) = chunk.quotientAndRemainder(dividingBy: chunks)
        backwardChunk(
          gradient + sample * classes * voxels, x: x + sample * voxels * channels, weight: weight,
          result: result + sample * voxels * channels,
          range: part * grain..<min(voxels, (part + 1) * grain), sums: sums + chunk * stride)
      }
      for k in 0..<classes {
        for column in 0...channels {
          var sum = 0.0
          for chunk in 0..<features.batch * chunks {
            sum += Double(sums[chunk * stride + k * (channels + 1) + column])
          }
          if column < channels {
            weightGradient.weight[k * channels + column] = Float(sum)
          } else {
            weightGradient.bias[k] = Float(sum)
          }
        }
      }
    }
  }

  /// One chunk; `sums` are K x (C + 1) numbers, written: sums of gradient · x, and of the gradient.
  @inline(__always)
  private func backwardChunk(
    _ gradient: UnsafePointer<Float>, x: UnsafePointer<Element>, weight: UnsafePointer<Float>,
    result: UnsafeMutablePointer<Element>, range: Range<Int>, sums: UnsafeMutablePointer<Float>
  ) {
    var channel = 0
    while channel + 16 <= channels {
      writeInputGradient(gradient, weight + channel, to: result + channel, range)
      for first in stride(from: 0, to: classes, by: 4) {
        addWeightSums(gradient, x + channel, classes: first, range, to: sums + channel)
      }
      channel += 16
    }
    while channel < channels {
      for k in 0..<classes { sums[k * (channels + 1) + channel] = 0 }
      for voxel in range {
        var value: Float = 0
        for k in 0..<classes {
          let g = gradient[k * voxels + voxel]
          value += g * weight[k * channels + channel]
          sums[k * (channels + 1) + channel] += g * x[voxel * channels + channel].widened
        }
        result[voxel * channels + channel] = Element(rounding: value)
      }
      channel += 1
    }
    for k in 0..<classes {
      sums[k * (channels + 1) + channels] = sum(gradient + k * voxels, range)
    }
  }

  /// Sixteen channels of the gradient of x.
  @inline(__always)
  private func writeInputGradient(
    _ gradient: UnsafePointer<Float>, _ weight: UnsafePointer<Float>,
    to result: UnsafeMutablePointer<Element>, _ range: Range<Int>
  ) {
    for voxel in range {
      var value = SIMD16<Float>.zero
      for k in 0..<classes {
        value.addProduct(gradient[k * voxels + voxel], Float.load16(weight + k * channels))
      }
      Element.store16(value, to: result + voxel * channels)
    }
  }

  /// Sums of gradient · x for sixteen channels and up to four classes.
  @inline(__always)
  private func addWeightSums(
    _ gradient: UnsafePointer<Float>, _ x: UnsafePointer<Element>, classes first: Int,
    _ range: Range<Int>, to sums: UnsafeMutablePointer<Float>
  ) {
    // Classes beyond the last compute it again.
    let (k1, k2) = (min(first + 1, classes - 1), min(first + 2, classes - 1))
    let k3 = min(first + 3, classes - 1)
    let (g0, g1) = (gradient + first * voxels, gradient + k1 * voxels)
    let (g2, g3) = (gradient + k2 * voxels, gradient + k3 * voxels)
    var (s0, s1) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
    var (s2, s3) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
    for voxel in range {
      let value = Element.load16(x + voxel * channels)
      s0.addProduct(g0[voxel], value)
      s1.addProduct(g1[voxel], value)
      s2.addProduct(g2[voxel], value)
      s3.addProduct(g3[voxel], value)
    }
    Float.store16(s0, to: sums + first * (channels + 1))
    Float.store16(s1, to: sums + k1 * (channels + 1))
    Float.store16(s2, to: sums + k2 * (channels + 1))
    Float.store16(s3, to: sums + k3 * (channels + 1))
  }

  /// The sum of a range of numbers, in sixteen partial sums.
  @inline(__always)
  private func sum(_ values: UnsafePointer<Float>, _ range: Range<Int>) -> Float {
    var partial = SIMD16<Float>.zero
    var index = range.lowerBound
    while index + 16 <= range.upperBound {
      partial += Float.load16(values + index)
      index += 16
    }
    var total = partial.sum()
    while index < range.upperBound {
      total += values[index]
      index += 1
    }
    return total
  }
}

import Parallelism

/// The 1 x 1 x 1 convolution from features to the logits of K classes, forward and backward.
///
/// With few classes oneDNN's kernels are slow or missing; here every voxel's features are read once. Logits are float32, channels first, as
/// the loss and the sliding window want them.
struct HeadKernel<Element: ActivationElement> {
  let features: TensorShape
  let classes: Int

  private var channels: Int { features.channels }
  private var voxels: Int { features.size.count }
  /// Classes in whole vectors.
  private var lanes: Int { (classes + 15) / 16 * 16 }
  /// Voxels that one call of a parallel loop takes; the order of sums follows it.
  private var grain: Int { max(64, 32768 / channels) }

  /// - Parameters:
  ///   - x: N x V x C elements.
  ///   - weight: K x C numbers.
  ///   - bias: K numbers.
  ///   - logits: N x K x V numbers, written.
  func forward(
    _ x: UnsafePointer<Element>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    logits: UnsafeMutablePointer<Float>
  ) {
    // C x lanes: a feature times a row of it adds to all classes at once.
    var transposed = [Float](repeating: 0, count: channels * lanes)
    var paddedBias = [Float](repeating: 0, count: lanes)
    for k in 0..<classes {
      paddedBias[k] = bias[k]
      for channel in 0..<channels {
        transposed[channel * lanes + k] = weight[k * channels + channel]
      }
    }
    let chunks = (voxels + grain - 1) / grain
    transposed.withUnsafeBufferPointer { transposed in
      paddedBias.withUnsafeBufferPointer { paddedBias in
        let w = transposed.baseAddress.unsafelyUnwrapped
        let b = paddedBias.baseAddress.unsafelyUnwrapped
        parallelFor(features.batch * chunks) { chunk in
          let (sample, part) = chunk.quotientAndRemainder(dividingBy: chunks)
          let target = logits + sample * classes * voxels
          for voxel in part * grain..<min(voxels, (part + 1) * grain) {
            let row = x + (sample * voxels + voxel) * channels
            var lane = 0
            while lane < lanes {
              var s0 = Float.load16(b + lane)
              var s1 = SIMD16<Float>.zero
              var channel = 0
              while channel + 2 <= channels {
                let column = w + channel * lanes + lane
                s0.addProduct(row[channel].widened, Float.load16(column))
                s1.addProduct(row[channel + 1].widened, Float.load16(column + lanes))
                channel += 2
              }
              if channel < channels {
                s0.addProduct(row[channel].widened, Float.load16(w + channel * lanes + lane))
              }
              s0 += s1
              for k in lane..<min(classes, lane + 16) { target[k * voxels + voxel] = s0[k - lane] }
              lane += 16
            }
          }
        }
      }
    }
  }

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
    let chunks = (voxels + grain - 1) / grain
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

  /// - Parameter sums: K x (C + 1) numbers, written: sums of gradient · x, and of the gradient.
  @inline(__always)
  private func backwardChunk(
    _ gradient: UnsafePointer<Float>, x: UnsafePointer<Element>, weight: UnsafePointer<Float>,
    result: UnsafeMutablePointer<Element>, range: Range<Int>, sums: UnsafeMutablePointer<Float>
  ) {
    var channel = 0
    while channel + 16 <= channels {
      for voxel in range {
        var value = SIMD16<Float>.zero
        for k in 0..<classes {
          value.addProduct(
            gradient[k * voxels + voxel], Float.load16(weight + k * channels + channel))
        }
        Element.store16(value, to: result + voxel * channels + channel)
      }
      for k in 0..<classes {
        let g = gradient + k * voxels
        var (s0, s1) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
        var voxel = range.lowerBound
        while voxel + 2 <= range.upperBound {
          s0.addProduct(g[voxel], Element.load16(x + voxel * channels + channel))
          s1.addProduct(g[voxel + 1], Element.load16(x + (voxel + 1) * channels + channel))
          voxel += 2
        }
        if voxel < range.upperBound {
          s0.addProduct(g[voxel], Element.load16(x + voxel * channels + channel))
        }
        Float.store16(s0 + s1, to: sums + k * (channels + 1) + channel)
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
      var sum: Float = 0
      for voxel in range { sum += gradient[k * voxels + voxel] }
      sums[k * (channels + 1) + channels] = sum
    }
  }
}

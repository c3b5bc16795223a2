extension InstanceNormKernel {
  /// - Parameters:
  ///   - gradient: N x V x C elements, the gradient of the result.
  ///   - x: N x V x C elements, what went in.
  ///   - result: N x V x C elements, written: the gradient of x.
  ///   - affine: scale and shift, C numbers each.
  ///   - statistics: as written by the forward pass.
  ///   - affineGradient: C numbers each, written: of scale and of shift.
  func backward(
    _ gradient: UnsafePointer<Element>, _ x: UnsafePointer<Element>,
    _ result: UnsafeMutablePointer<Element>,
    affine: (scale: UnsafePointer<Float>, shift: UnsafePointer<Float>),
    statistics: UnsafePointer<Float>,
    affineGradient: (scale: UnsafeMutablePointer<Float>, shift: UnsafeMutablePointer<Float>)
  ) {
    var scaleSums = [Double](repeating: 0, count: channels)
    var shiftSums = [Double](repeating: 0, count: channels)
    var partial = [Float](repeating: 0, count: tiles.count * 2 * channels)
    // Rows of C: mean; a and b of the forward pass; c0, c1 and c2 of the gradient.
    var factors = [Float](repeating: 0, count: 6 * channels)
    let total = Double(tiles.voxels)
    for sample in 0..<shape.batch {
      let base = sample * elementsPerSample
      let statistics = statistics + sample * 3 * channels
      for channel in 0..<channels {
        let a = affine.scale[channel] * statistics[channels + channel]
        factors[channel] = statistics[channel]
        factors[channels + channel] = a
        factors[2 * channels + channel] =
          affine.shift[channel] - a * statistics[2 * channels + channel]
      }
      partial.withUnsafeMutableBufferPointer { partial in
        factors.withUnsafeMutableBufferPointer { factors in
          let sums = partial.baseAddress.unsafelyUnwrapped
          let f = factors.baseAddress.unsafelyUnwrapped
          tiles.run { tile, range in
            let offset = base + range.lowerBound * channels
            tileGradientSums(
              gradient + offset, x + offset, rows: range.count, f,
              into: sums + tile * 2 * channels)
          }
          for channel in 0..<channels {
            var (s, t) = (0.0, 0.0)
            for tile in 0..<tiles.count {
              s += Double(sums[tile * 2 * channels + channel])
              t += Double(sums[(tile * 2 + 1) * channels + channel])
            }
            let r = Double(statistics[channels + channel])
            let rest = Double(statistics[2 * channels + channel])
            // t sums g (x - m) for the rounded mean m; with x' = (x - m - rest) r this is the sum
            // of g x'.
            let normalised = (t - rest * s) * r
            shiftSums[channel] += s
            scaleSums[channel] += normalised
            // dx = scale · r (g - s / V - x' · normalised / V), written as c0 g + c1 (x - m) + c2.
            let c0 = Double(affine.scale[channel]) * r
            f[3 * channels + channel] = Float(c0)
            f[4 * channels + channel] = Float(-c0 * r * normalised / total)
            f[5 * channels + channel] = Float(c0 * (rest * r * normalised - s) / total)
          }
          tiles.run { _, range in
            let offset = base + range.lowerBound * channels
            applyGradient(gradient + offset, x + offset, result + offset, rows: range.count, f)
          }
        }
      }
    }
    for channel in 0..<channels {
      affineGradient.scale[channel] = Float(scaleSums[channel])
      affineGradient.shift[channel] = Float(shiftSums[channel])
    }
  }

  /// Sums of g and g (x - mean) over the rows of a tile, g being the gradient before the leaky
  /// ReLU.
  @inline(__always)
  private func tileGradientSums(
    _ gradient: UnsafePointer<Element>, _ x: UnsafePointer<Element>, rows: Int,
    _ factors: UnsafePointer<Float>, into sums: UnsafeMutablePointer<Float>
  ) {
    var channel = 0
    // Whole cache lines of bfloat16 where possible, as in the forward pass.
    while channel + 32 <= channels {
      let low = Backward16(factors + channel, channels, slope)
      let high = Backward16(factors + channel + 16, channels, slope)
      var (s0, t0) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
      var (s1, t1) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
      for row in 0..<rows {
        let offset = row * channels + channel
        let (g0, d0) = low.inner(
          Element.load16(gradient + offset), Element.load16(x + offset))
        let (g1, d1) = high.inner(
          Element.load16(gradient + offset + 16), Element.load16(x + offset + 16))
        s0 += g0
        s1 += g1
        t0.addProduct(g0, d0)
        t1.addProduct(g1, d1)
      }
      Float.store16(s0, to: sums + channel)
      Float.store16(s1, to: sums + channel + 16)
      Float.store16(t0, to: sums + channels + channel)
      Float.store16(t1, to: sums + channels + channel + 16)
      channel += 32
    }
    while channel + 16 <= channels {
      let block = Backward16(factors + channel, channels, slope)
      var (s, t) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
      for row in 0..<rows {
        let offset = row * channels + channel
        let (g, d) = block.inner(Element.load16(gradient + offset), Element.load16(x + offset))
        s += g
        t.addProduct(g, d)
      }
      Float.store16(s, to: sums + channel)
      Float.store16(t, to: sums + channels + channel)
      channel += 16
    }
    while channel < channels {
      let (mean, a) = (factors[channel], factors[channels + channel])
      let b = factors[2 * channels + channel]
      var (s, t): (Float, Float) = (0, 0)
      for row in 0..<rows {
        let offset = row * channels + channel
        let d = x[offset].widened - mean
        let g = gradient[offset].widened * (a * d + b > 0 ? 1 : slope)
        s += g
        t += g * d
      }
      sums[channel] = s
      sums[channels + channel] = t
      channel += 1
    }
  }

  @inline(__always)
  private func applyGradient(
    _ gradient: UnsafePointer<Element>, _ x: UnsafePointer<Element>,
    _ result: UnsafeMutablePointer<Element>, rows: Int, _ factors: UnsafePointer<Float>
  ) {
    var channel = 0
    while channel + 32 <= channels {
      let low = Backward16(factors + channel, channels, slope)
      let high = Backward16(factors + channel + 16, channels, slope)
      for row in 0..<rows {
        let offset = row * channels + channel
        let first = low.outer(Element.load16(gradient + offset), Element.load16(x + offset))
        let second = high.outer(
          Element.load16(gradient + offset + 16), Element.load16(x + offset + 16))
        Element.store16(first, to: result + offset)
        Element.store16(second, to: result + offset + 16)
      }
      channel += 32
    }
    while channel + 16 <= channels {
      let block = Backward16(factors + channel, channels, slope)
      for row in 0..<rows {
        let offset = row * channels + channel
        Element.store16(
          block.outer(Element.load16(gradient + offset), Element.load16(x + offset)),
          to: result + offset)
      }
      channel += 16
    }
    while channel < channels {
      let (mean, a) = (factors[channel], factors[channels + channel])
      let b = factors[2 * channels + channel]
      let (c0, c1) = (factors[3 * channels + channel], factors[4 * channels + channel])
      let c2 = factors[5 * channels + channel]
      for row in 0..<rows {
        let offset = row * channels + channel
        let d = x[offset].widened - mean
        let g = gradient[offset].widened * (a * d + b > 0 ? 1 : slope)
        result[offset] = Element(rounding: c0 * g + c1 * d + c2)
      }
      channel += 1
    }
  }
}

/// The factors of the backward pass for sixteen channels.
private struct Backward16 {
  let mean, a, b, c0, c1, c2: SIMD16<Float>
  let slope: Float

  /// From six rows that are `stride` apart.
  @inline(__always)
  init(_ rows: UnsafePointer<Float>, _ stride: Int, _ slope: Float) {
    mean = Float.load16(rows)
    a = Float.load16(rows + stride)
    b = Float.load16(rows + 2 * stride)
    c0 = Float.load16(rows + 3 * stride)
    c1 = Float.load16(rows + 4 * stride)
    c2 = Float.load16(rows + 5 * stride)
    self.slope = slope
  }

  /// The gradient before the leaky ReLU, and x - mean.
  @inline(__always)
  func inner(_ gradient: SIMD16<Float>, _ x: SIMD16<Float>)
    -> (gradient: SIMD16<Float>, distance: SIMD16<Float>)
  {
    let d = x - mean
    return (gradient.replacing(with: gradient * slope, where: b.addingProduct(a, d) .<= 0), d)
  }

  /// The gradient of x.
  @inline(__always)
  func outer(_ gradient: SIMD16<Float>, _ x: SIMD16<Float>) -> SIMD16<Float> {
    let (g, d) = inner(gradient, x)
    return c2.addingProduct(c1, d).addingProduct(c0, g)
  }
}

/// Instance normalisation with scale, shift and leaky ReLU on channels-last memory, forward and backward.
///
/// With mean m and inverse deviation r of each sample and channel: y = leakyReLU(scale · (x - m) · r + shift).
struct InstanceNormKernel<Element: ActivationElement> {
  let shape: TensorShape
  let tiles: Tiles
  let slope: Float

  init(_ shape: TensorShape, slope: Float) {
    self.shape = shape
    tiles = Tiles(shape, bytesPerElement: MemoryLayout<Element>.size)
    self.slope = slope
  }

  private var channels: Int { shape.channels }
  private var elementsPerSample: Int { shape.channels * shape.size.count }

  // MARK: Forward

  /// - Parameters:
  ///   - x: N x V x C elements.
  ///   - y: N x V x C elements, written.
  ///   - affine: scale and shift, C numbers each.
  ///   - statistics: N x 2 x C numbers, written: means, then inverse deviations.
  func forward(
    _ x: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>,
    affine: (scale: UnsafePointer<Float>, shift: UnsafePointer<Float>), epsilon: Float,
    statistics: UnsafeMutablePointer<Float>
  ) {
    var partial = [Float](repeating: 0, count: tiles.count * 2 * channels)
    var factors = [Float](repeating: 0, count: 2 * channels)
    // A sample at a time, so that the second pass finds it in the cache.
    for sample in 0..<shape.batch {
      let source = x + sample * elementsPerSample
      let target = y + sample * elementsPerSample
      let (means, deviations) = (
        statistics + sample * 2 * channels, statistics + (sample * 2 + 1) * channels
      )
      partial.withUnsafeMutableBufferPointer { partial in
        let moments = partial.baseAddress.unsafelyUnwrapped
        tiles.forEach { tile, range in
          tileMoments(
            source + range.lowerBound * channels, rows: range.count,
            into: moments + tile * 2 * channels)
        }
        combineMoments(moments, means: means, deviations: deviations, epsilon: epsilon)
      }
      for channel in 0..<channels {
        factors[channel] = affine.scale[channel] * deviations[channel]
        factors[channels + channel] = affine.shift[channel] - means[channel] * factors[channel]
      }
      factors.withUnsafeBufferPointer { factors in
        let (a, b) = (
          factors.baseAddress.unsafelyUnwrapped, factors.baseAddress.unsafelyUnwrapped + channels
        )
        tiles.forEach { _, range in
          apply(
            source + range.lowerBound * channels, target + range.lowerBound * channels,
            rows: range.count, a, b)
        }
      }
    }
  }

  /// Mean and sum of squared deviations of every channel over the rows of a tile.
  @inline(__always)
  private func tileMoments(
    _ source: UnsafePointer<Element>, rows: Int, into moments: UnsafeMutablePointer<Float>
  ) {
    let inverse = 1 / Float(rows)
    var channel = 0
    while channel + 16 <= channels {
      let column = source + channel
      // Four sums side by side hide the latency of an addition.
      var s0 = SIMD16<Float>.zero
      var s1 = SIMD16<Float>.zero
      var s2 = SIMD16<Float>.zero
      var s3 = SIMD16<Float>.zero
      var row = 0
      while row + 4 <= rows {
        s0 += Element.load16(column + row * channels)
        s1 += Element.load16(column + (row + 1) * channels)
        s2 += Element.load16(column + (row + 2) * channels)
        s3 += Element.load16(column + (row + 3) * channels)
        row += 4
      }
      while row < rows {
        s0 += Element.load16(column + row * channels)
        row += 1
      }
      let mean = (s0 + s1 + s2 + s3) * inverse
      var (q0, q1) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
      var (q2, q3) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
      row = 0
      while row + 4 <= rows {
        let d0 = Element.load16(column + row * channels) - mean
        let d1 = Element.load16(column + (row + 1) * channels) - mean
        let d2 = Element.load16(column + (row + 2) * channels) - mean
        let d3 = Element.load16(column + (row + 3) * channels) - mean
        q0.addProduct(d0, d0)
        q1.addProduct(d1, d1)
        q2.addProduct(d2, d2)
        q3.addProduct(d3, d3)
        row += 4
      }
      while row < rows {
        let d = Element.load16(column + row * channels) - mean
        q0.addProduct(d, d)
        row += 1
      }
      Float.store16(mean, to: moments + channel)
      Float.store16(q0 + q1 + q2 + q3, to: moments + channels + channel)
      channel += 16
    }
    while channel < channels {
      var sum: Float = 0
      for row in 0..<rows { sum += source[row * channels + channel].widened }
      let mean = sum * inverse
      var squares: Float = 0
      for row in 0..<rows {
        let d = source[row * channels + channel].widened - mean
        squares += d * d
      }
      moments[channel] = mean
      moments[channels + channel] = squares
      channel += 1
    }
  }

  /// The moments of a whole sample from those of its tiles, in double precision.
  ///
  /// - Source: Chan, Golub, LeVeque, "Algorithms for computing the sample variance", 1983, doi:10.1080/00031305.1983.10483115.
  private func combineMoments(
    _ moments: UnsafePointer<Float>, means: UnsafeMutablePointer<Float>,
    deviations: UnsafeMutablePointer<Float>, epsilon: Float
  ) {
    let total = Double(tiles.voxels)
    for channel in 0..<channels {
      var sum = 0.0
      for tile in 0..<tiles.count {
        sum += Double(tiles.range(tile).count) * Double(moments[tile * 2 * channels + channel])
      }
      let mean = sum / total
      var squares = 0.0
      for tile in 0..<tiles.count {
        let offset = Double(moments[tile * 2 * channels + channel]) - mean
        squares +=
          Double(moments[(tile * 2 + 1) * channels + channel])
          + Double(tiles.range(tile).count) * offset * offset
      }
      means[channel] = Float(mean)
      deviations[channel] = Float(1 / (squares / total + Double(epsilon)).squareRoot())
    }
  }

  /// target = leakyReLU(a · source + b), channel by channel.
  @inline(__always)
  private func apply(
    _ source: UnsafePointer<Element>, _ target: UnsafeMutablePointer<Element>, rows: Int,
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>
  ) {
    var channel = 0
    while channel + 16 <= channels {
      let (a16, b16) = (Float.load16(a + channel), Float.load16(b + channel))
      for row in 0..<rows {
        let offset = row * channels + channel
        let t = b16.addingProduct(a16, Element.load16(source + offset))
        Element.store16(t.replacing(with: t * slope, where: t .< 0), to: target + offset)
      }
      channel += 16
    }
    while channel < channels {
      for row in 0..<rows {
        let offset = row * channels + channel
        let t = a[channel] * source[offset].widened + b[channel]
        target[offset] = Element(rounding: max(t, t * slope))
      }
      channel += 1
    }
  }

  // MARK: Backward

  /// - Parameters:
  ///   - gradient: N x V x C elements, the gradient of the result.
  ///   - x: N x V x C elements, what went in.
  ///   - result: N x V x C elements, written: the gradient of x.
  ///   - affine: scale and shift, C numbers each.
  ///   - statistics: as written by ``forward``.
  ///   - affineGradient: 2 x C numbers, written: of scale, then of shift.
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
    var factors = [Float](repeating: 0, count: 5 * channels)
    let total = Double(tiles.voxels)
    for sample in 0..<shape.batch {
      let base = sample * elementsPerSample
      let (means, deviations) = (
        statistics + sample * 2 * channels, statistics + (sample * 2 + 1) * channels
      )
      for channel in 0..<channels {
        let a = affine.scale[channel] * deviations[channel]
        factors[channel] = a
        factors[channels + channel] = affine.shift[channel] - means[channel] * a
      }
      partial.withUnsafeMutableBufferPointer { partial in
        factors.withUnsafeMutableBufferPointer { factors in
          let sums = partial.baseAddress.unsafelyUnwrapped
          let f = factors.baseAddress.unsafelyUnwrapped
          tiles.forEach { tile, range in
            tileGradientSums(
              gradient + base + range.lowerBound * channels, x + base + range.lowerBound * channels,
              rows: range.count, f, means: means, into: sums + tile * 2 * channels)
          }
          for channel in 0..<channels {
            var (s, t) = (0.0, 0.0)
            for tile in 0..<tiles.count {
              s += Double(sums[tile * 2 * channels + channel])
              t += Double(sums[(tile * 2 + 1) * channels + channel])
            }
            // t sums g (x - m); with x' = (x - m) r the sum of g x' is t r.
            let (m, r) = (Double(means[channel]), Double(deviations[channel]))
            let normalised = t * r
            shiftSums[channel] += s
            scaleSums[channel] += normalised
            // dx = scale · r (g - s / V - x' · normalised / V), written as c0 g + c1 x + c2.
            let c0 = Double(affine.scale[channel]) * r
            f[2 * channels + channel] = Float(c0)
            f[3 * channels + channel] = Float(-c0 * r * normalised / total)
            f[4 * channels + channel] = Float(c0 * (m * r * normalised - s) / total)
          }
          tiles.forEach { _, range in
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

  /// Sums of g and g (x - mean) over the rows of a tile, g being the gradient before the leaky ReLU.
  @inline(__always)
  private func tileGradientSums(
    _ gradient: UnsafePointer<Element>, _ x: UnsafePointer<Element>, rows: Int,
    _ factors: UnsafePointer<Float>, means: UnsafePointer<Float>,
    into sums: UnsafeMutablePointer<Float>
  ) {
    var channel = 0
    while channel + 16 <= channels {
      let a = Float.load16(factors + channel)
      let b = Float.load16(factors + channels + channel)
      let m = Float.load16(means + channel)
      var (s0, t0) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
      var (s1, t1) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
      var row = 0
      while row + 2 <= rows {
        let offset = row * channels + channel
        let x0 = Element.load16(x + offset)
        let x1 = Element.load16(x + offset + channels)
        let g0 = beforeActivation(
          Element.load16(gradient + offset), b.addingProduct(a, x0))
        let g1 = beforeActivation(
          Element.load16(gradient + offset + channels), b.addingProduct(a, x1))
        s0 += g0
        s1 += g1
        t0.addProduct(g0, x0 - m)
        t1.addProduct(g1, x1 - m)
        row += 2
      }
      if row < rows {
        let offset = row * channels + channel
        let x0 = Element.load16(x + offset)
        let g0 = beforeActivation(
          Element.load16(gradient + offset), b.addingProduct(a, x0))
        s0 += g0
        t0.addProduct(g0, x0 - m)
      }
      Float.store16(s0 + s1, to: sums + channel)
      Float.store16(t0 + t1, to: sums + channels + channel)
      channel += 16
    }
    while channel < channels {
      var (s, t): (Float, Float) = (0, 0)
      for row in 0..<rows {
        let offset = row * channels + channel
        let value = x[offset].widened
        let pre = factors[channel] * value + factors[channels + channel]
        let g = gradient[offset].widened * (pre > 0 ? 1 : slope)
        s += g
        t += g * (value - means[channel])
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
    while channel + 16 <= channels {
      let a = Float.load16(factors + channel)
      let b = Float.load16(factors + channels + channel)
      let c0 = Float.load16(factors + 2 * channels + channel)
      let c1 = Float.load16(factors + 3 * channels + channel)
      let c2 = Float.load16(factors + 4 * channels + channel)
      for row in 0..<rows {
        let offset = row * channels + channel
        let value = Element.load16(x + offset)
        let g = beforeActivation(
          Element.load16(gradient + offset), b.addingProduct(a, value))
        Element.store16(
          c2.addingProduct(c1, value).addingProduct(c0, g), to: result + offset)
      }
      channel += 16
    }
    while channel < channels {
      for row in 0..<rows {
        let offset = row * channels + channel
        let value = x[offset].widened
        let pre = factors[channel] * value + factors[channels + channel]
        let g = gradient[offset].widened * (pre > 0 ? 1 : slope)
        result[offset] = Element(
          rounding: factors[2 * channels + channel] * g + factors[3 * channels + channel] * value
            + factors[4 * channels + channel])
      }
      channel += 1
    }
  }

  @inline(__always)
  private func beforeActivation(_ gradient: SIMD16<Float>, _ pre: SIMD16<Float>) -> SIMD16<Float> {
    gradient.replacing(with: gradient * slope, where: pre .<= 0)
  }
}

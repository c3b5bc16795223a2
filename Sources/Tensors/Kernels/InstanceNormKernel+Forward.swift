extension InstanceNormKernel {
  /// - Parameters:
  ///   - x: N x V x C elements.
  ///   - y: N x V x C elements, written.
  ///   - affine: scale and shift, C numbers each.
  ///   - epsilon: Added to the variance.
  ///   - statistics: N x 3 x C numbers, written: means, inverse deviations, and what rounding took
  ///     from the means.
  func forward(
    _ x: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>,
    affine: (scale: UnsafePointer<Float>, shift: UnsafePointer<Float>), epsilon: Float,
    statistics: UnsafeMutablePointer<Float>
  ) {
    var partial = [Float](repeating: 0, count: tiles.count * 2 * channels)
    var shifts = [Float](repeating: 0, count: 2 * channels)
    // A sample at a time, so that the second pass finds it in the cache.
    for sample in 0..<shape.batch {
      let source = x + sample * elementsPerSample
      let target = y + sample * elementsPerSample
      let statistics = statistics + sample * 3 * channels
      partial.withUnsafeMutableBufferPointer { partial in
        let moments = partial.baseAddress.unsafelyUnwrapped
        tiles.run { tile, range in
          tileMoments(
            source + range.lowerBound * channels, rows: range.count, origin: source,
            into: moments + tile * 2 * channels)
        }
        combineMoments(moments, origin: source, epsilon: epsilon, into: statistics)
      }
      for channel in 0..<channels {
        let factor = affine.scale[channel] * statistics[channels + channel]
        shifts[channel] = factor
        shifts[channels + channel] =
          affine.shift[channel] - factor * statistics[2 * channels + channel]
      }
      shifts.withUnsafeBufferPointer { shifts in
        let a = shifts.baseAddress.unsafelyUnwrapped
        tiles.run { _, range in
          apply(
            source + range.lowerBound * channels, target + range.lowerBound * channels,
            rows: range.count, means: statistics, a)
        }
      }
    }
  }

  /// Mean and sum of squared deviations of every channel over the rows of a tile, of the
  /// differences to `origin`.
  ///
  /// The sample's first voxel is the origin: it is within sqrt(V) deviations of the mean, so that a
  /// mean far from zero costs no digits.
  @inline(__always)
  private func tileMoments(
    _ source: UnsafePointer<Element>, rows: Int, origin: UnsafePointer<Element>,
    into moments: UnsafeMutablePointer<Float>
  ) {
    let inverse = 1 / Float(rows)
    var channel = 0
    while channel + 32 <= channels {
      let column = source + channel
      let zero0 = Element.load16(origin + channel)
      let zero1 = Element.load16(origin + channel + 16)
      // Several sums side by side hide the latency of an addition.
      var (s0, s1) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
      var (s2, s3) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
      var row = 0
      while row + 2 <= rows {
        let (a, b) = (column + row * channels, column + (row + 1) * channels)
        s0 += Element.load16(a) - zero0
        s1 += Element.load16(a + 16) - zero1
        s2 += Element.load16(b) - zero0
        s3 += Element.load16(b + 16) - zero1
        row += 2
      }
      if row < rows {
        s0 += Element.load16(column + row * channels) - zero0
        s1 += Element.load16(column + row * channels + 16) - zero1
      }
      let (mean0, mean1) = ((s0 + s2) * inverse, (s1 + s3) * inverse)
      var (q0, q1) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
      var (q2, q3) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
      row = 0
      while row + 2 <= rows {
        let (a, b) = (column + row * channels, column + (row + 1) * channels)
        let (d0, d1) = (
          Element.load16(a) - zero0 - mean0, Element.load16(a + 16) - zero1 - mean1
        )
        let (d2, d3) = (
          Element.load16(b) - zero0 - mean0, Element.load16(b + 16) - zero1 - mean1
        )
        q0.addProduct(d0, d0)
        q1.addProduct(d1, d1)
        q2.addProduct(d2, d2)
        q3.addProduct(d3, d3)
        row += 2
      }
      if row < rows {
        let a = column + row * channels
        let d0 = Element.load16(a) - zero0 - mean0
        let d1 = Element.load16(a + 16) - zero1 - mean1
        q0.addProduct(d0, d0)
        q1.addProduct(d1, d1)
      }
      Float.store16(mean0, to: moments + channel)
      Float.store16(mean1, to: moments + channel + 16)
      Float.store16(q0 + q2, to: moments + channels + channel)
      Float.store16(q1 + q3, to: moments + channels + channel + 16)
      channel += 32
    }
    while channel + 16 <= channels {
      let column = source + channel
      let zero = Element.load16(origin + channel)
      var sum = SIMD16<Float>.zero
      for row in 0..<rows { sum += Element.load16(column + row * channels) - zero }
      let mean = sum * inverse
      var squares = SIMD16<Float>.zero
      for row in 0..<rows {
        let d = Element.load16(column + row * channels) - zero - mean
        squares.addProduct(d, d)
      }
      Float.store16(mean, to: moments + channel)
      Float.store16(squares, to: moments + channels + channel)
      channel += 16
    }
    while channel < channels {
      let zero = origin[channel].widened
      var sum: Float = 0
      for row in 0..<rows { sum += source[row * channels + channel].widened - zero }
      let mean = sum * inverse
      var squares: Float = 0
      for row in 0..<rows {
        let d = source[row * channels + channel].widened - zero - mean
        squares += d * d
      }
      moments[channel] = mean
      moments[channels + channel] = squares
      channel += 1
    }
  }

  /// The moments of a whole sample from those of its tiles, in double precision.
  ///
  /// - Source: Chan, Golub, LeVeque, "Algorithms for computing the sample variance", 1983,
  ///   doi:10.1080/00031305.1983.10483115.
  private func combineMoments(
    _ moments: UnsafePointer<Float>, origin: UnsafePointer<Element>, epsilon: Float,
    into statistics: UnsafeMutablePointer<Float>
  ) {
    let total = Double(tiles.voxels)
    for channel in 0..<channels {
      var sum = 0.0
      for tile in 0..<tiles.count {
        sum += Double(tiles.range(tile).count) * Double(moments[tile * 2 * channels + channel])
      }
      let offset = sum / total
      var squares = 0.0
      for tile in 0..<tiles.count {
        let distance = Double(moments[tile * 2 * channels + channel]) - offset
        squares +=
          Double(moments[(tile * 2 + 1) * channels + channel])
          + Double(tiles.range(tile).count) * distance * distance
      }
      let mean = Double(origin[channel].widened) + offset
      statistics[channel] = Float(mean)
      statistics[channels + channel] = Float(1 / (squares / total + Double(epsilon)).squareRoot())
      statistics[2 * channels + channel] = Float(mean - Double(Float(mean)))
    }
  }

  /// target = leakyReLU(a (source - mean) + b), channel by channel; `affine` holds C numbers a,
  /// then C numbers b.
  @inline(__always)
  private func apply(
    _ source: UnsafePointer<Element>, _ target: UnsafeMutablePointer<Element>, rows: Int,
    means: UnsafePointer<Float>, _ affine: UnsafePointer<Float>
  ) {
    var channel = 0
    // Whole cache lines of bfloat16 where possible: half lines are stored at half the speed.
    while channel + 32 <= channels {
      let low = Affine16(means + channel, affine + channel, channels, slope)
      let high = Affine16(means + channel + 16, affine + channel + 16, channels, slope)
      for row in 0..<rows {
        let offset = row * channels + channel
        Element.store16(low(Element.load16(source + offset)), to: target + offset)
        Element.store16(high(Element.load16(source + offset + 16)), to: target + offset + 16)
      }
      channel += 32
    }
    while channel + 16 <= channels {
      let affine16 = Affine16(means + channel, affine + channel, channels, slope)
      for row in 0..<rows {
        let offset = row * channels + channel
        Element.store16(affine16(Element.load16(source + offset)), to: target + offset)
      }
      channel += 16
    }
    while channel < channels {
      let (mean, a, b) = (means[channel], affine[channel], affine[channels + channel])
      for row in 0..<rows {
        let offset = row * channels + channel
        let t = a * (source[offset].widened - mean) + b
        target[offset] = Element(rounding: t < 0 ? t * slope : t)
      }
      channel += 1
    }
  }
}

/// leakyReLU(a (x - mean) + b) of sixteen channels.
private struct Affine16 {
  let mean, a, b: SIMD16<Float>
  let slope: Float

  /// From means, and rows of numbers a and b that are `stride` apart.
  @inline(__always)
  init(
    _ mean: UnsafePointer<Float>, _ rows: UnsafePointer<Float>, _ stride: Int, _ slope: Float
  ) {
    self.mean = Float.load16(mean)
    a = Float.load16(rows)
    b = Float.load16(rows + stride)
    self.slope = slope
  }

  @inline(__always)
  func callAsFunction(_ x: SIMD16<Float>) -> SIMD16<Float> {
    let t = b.addingProduct(a, x - mean)
    return t.replacing(with: t * slope, where: t .< 0)
  }
}

import Parallelism

/// Loops that treat every element alike.
enum ElementwiseKernels {
  /// Elements that one call of a parallel loop takes.
  private static let grain = 1 << 15

  /// result = leakyReLU(a + b); a slope of 1 leaves the sum as it is.
  static func sum<Element: ActivationElement>(
    _ a: UnsafePointer<Element>, _ b: UnsafePointer<Element>,
    into result: UnsafeMutablePointer<Element>, count: Int, slope: Float
  ) {
    parallelForRanges(count, grain: grain) { range in
      var index = range.lowerBound
      while index + 16 <= range.upperBound {
        let t = Element.load16(a + index) + Element.load16(b + index)
        Element.store16(t.replacing(with: t * slope, where: t .< 0), to: result + index)
        index += 16
      }
      while index < range.upperBound {
        let t = a[index].widened + b[index].widened
        result[index] = Element(rounding: max(t, t * slope))
        index += 1
      }
    }
  }

  /// result = a + factor · b.
  static func sum<Element: ActivationElement>(
    _ a: UnsafePointer<Element>, _ b: UnsafePointer<Element>, scaledBy factor: Float,
    into result: UnsafeMutablePointer<Element>, count: Int
  ) {
    parallelForRanges(count, grain: grain) { range in
      var index = range.lowerBound
      while index + 16 <= range.upperBound {
        Element.store16(
          Element.load16(a + index).addingProduct(Element.load16(b + index), factor),
          to: result + index)
        index += 16
      }
      while index < range.upperBound {
        result[index] = Element(
          rounding: a[index].widened.addingProduct(b[index].widened, factor))
        index += 1
      }
    }
  }

  /// result = x where x is positive, factor · x elsewhere; or factor · x everywhere.
  static func scale<Element: ActivationElement>(
    _ x: UnsafePointer<Element>, by factor: Float, onlyNegative: Bool,
    into result: UnsafeMutablePointer<Element>, count: Int
  ) {
    parallelForRanges(count, grain: grain) { range in
      var index = range.lowerBound
      while index + 16 <= range.upperBound {
        let t = Element.load16(x + index)
        let scaled = t * factor
        Element.store16(
          onlyNegative ? t.replacing(with: scaled, where: t .< 0) : scaled, to: result + index)
        index += 16
      }
      while index < range.upperBound {
        let t = x[index].widened
        result[index] = Element(rounding: onlyNegative && t >= 0 ? t : t * factor)
        index += 1
      }
    }
  }

  /// The same numbers in another format.
  static func convert<Source: ActivationElement, Target: ActivationElement>(
    _ source: UnsafePointer<Source>, to target: UnsafeMutablePointer<Target>, count: Int
  ) {
    parallelForRanges(count, grain: grain) { range in
      var index = range.lowerBound
      while index + 16 <= range.upperBound {
        Target.store16(Source.load16(source + index), to: target + index)
        index += 16
      }
      while index < range.upperBound {
        target[index] = Target(rounding: source[index].widened)
        index += 1
      }
    }
  }

  /// The gradient where y is positive, slope · gradient elsewhere.
  ///
  /// The sign of y is that of what went into the activation.
  static func leakyReLUGradient<Element: ActivationElement>(
    _ gradient: UnsafePointer<Element>, y: UnsafePointer<Element>,
    into result: UnsafeMutablePointer<Element>, count: Int, slope: Float
  ) {
    parallelForRanges(count, grain: grain) { range in
      var index = range.lowerBound
      while index + 16 <= range.upperBound {
        let g = Element.load16(gradient + index)
        Element.store16(
          g.replacing(with: g * slope, where: Element.load16(y + index) .<= 0), to: result + index)
        index += 16
      }
      while index < range.upperBound {
        let g = gradient[index].widened
        result[index] = Element(rounding: y[index].widened > 0 ? g : g * slope)
        index += 1
      }
    }
  }

  /// Copies `count` elements a row from rows `sourceStride` apart to rows `targetStride` apart.
  static func copyRows<Element: ActivationElement>(
    _ source: UnsafePointer<Element>, sourceStride: Int,
    _ target: UnsafeMutablePointer<Element>, targetStride: Int, count: Int, rows: Int
  ) {
    parallelForRanges(rows, grain: max(1, grain / max(1, count))) { range in
      for row in range {
        copyElements(source + row * sourceStride, to: target + row * targetStride, count: count)
      }
    }
  }

  /// Numbers in the order (N, C, V) to channels-last elements.
  static func fill<Element: ActivationElement>(
    _ target: UnsafeMutablePointer<Element>, from values: UnsafePointer<Float>, shape: TensorShape
  ) {
    let (voxels, channels) = (shape.size.count, shape.channels)
    for sample in 0..<shape.batch {
      let base = sample * voxels * channels
      parallelForRanges(voxels, grain: grain) { range in
        for channel in 0..<channels {
          let source = values + base + channel * voxels
          for voxel in range {
            target[base + voxel * channels + channel] = Element(rounding: source[voxel])
          }
        }
      }
    }
  }

  /// Channels-last elements to numbers in the order (N, C, V).
  static func values<Element: ActivationElement>(
    _ source: UnsafePointer<Element>, shape: TensorShape
  ) -> [Float] {
    let (voxels, channels) = (shape.size.count, shape.channels)
    return [Float](unsafeUninitializedCapacity: shape.count) { target, initialized in
      for sample in 0..<shape.batch {
        let base = sample * voxels * channels
        for channel in 0..<channels {
          for voxel in 0..<voxels {
            target[base + channel * voxels + voxel] =
              source[base + voxel * channels + channel].widened
          }
        }
      }
      initialized = shape.count
    }
  }
}

/// Copies a few elements without the call that a copy of unknown length is.
@inline(__always)
func copyElements<Element: ActivationElement>(
  _ source: UnsafePointer<Element>, to target: UnsafeMutablePointer<Element>, count: Int
) {
  let bytes = count * MemoryLayout<Element>.size
  let (from, to) = (UnsafeRawPointer(source), UnsafeMutableRawPointer(target))
  var offset = 0
  while offset + 64 <= bytes {
    to.storeBytes(
      of: from.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt32>.self),
      toByteOffset: offset, as: SIMD16<UInt32>.self)
    offset += 64
  }
  while offset < bytes {
    to.storeBytes(
      of: from.loadUnaligned(fromByteOffset: offset, as: UInt16.self), toByteOffset: offset,
      as: UInt16.self)
    offset += 2
  }
}

/// The sum of squares, in double precision over groups of sixteen.
func sumOfSquares(_ values: UnsafePointer<Float>, count: Int) -> Double {
  var total = 0.0
  var index = 0
  while index < count {
    let end = min(count, index + 4096)
    var sum = SIMD16<Float>.zero
    while index + 16 <= end {
      let v = Float.load16(values + index)
      sum.addProduct(v, v)
      index += 16
    }
    for lane in 0..<16 { total += Double(sum[lane]) }
    while index < end {
      total += Double(values[index]) * Double(values[index])
      index += 1
    }
  }
  return total
}

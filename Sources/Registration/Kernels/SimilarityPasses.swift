import Volumes

/// Samples as the kernels read them: buffers that outlive it.
struct SampleView {
  let x: UnsafePointer<Float>
  let y: UnsafePointer<Float>
  let z: UnsafePointer<Float>
  let values: UnsafePointer<Float>
  /// The histogram's bins of the values; without meaning where there is no histogram.
  let bins: UnsafePointer<UInt8>
}

/// What is kept of every sample between the two passes: the intensity, or, with a histogram, how far
/// behind the edge of its bin it is, and its derivatives along the moving image's voxel axes; not a
/// number outside.
typealias SampledVoxel = SIMD4<Float>

/// Where intensities fall into a histogram with two bins to spare at either end.
struct Binning: Sendable {
  let count: Int
  let low: Float
  let perUnit: Float
  /// Bins per unit of intensity in double precision.
  let scale: Double

  /// - Parameters:
  ///   - count: Bins.
  ///   - range: Smallest and largest intensity, which differ.
  init(count: Int, range: ClosedRange<Float>) {
    self.count = count
    low = range.lowerBound
    let width = Double(range.upperBound) - Double(range.lowerBound)
    scale = Double(count - 4) / max(width, Double(Float.leastNormalMagnitude))
    perUnit = Float(scale)
  }

  /// The bin of an intensity, and how far behind the bin's edge it is.
  ///
  /// On an edge it may be at the end of the bin before.
  @inline(__always)
  func place(_ value: Float) -> (bin: Int, t: Float) {
    let position = (value - low) * perUnit + 2
    // Adding this leaves the whole number in the lowest bits.
    let whole = Int((position - 0.5 + 0x1.8p23).bitPattern & 0x003F_FFFF)
    let bin = min(max(whole, 2), count &- 3)
    return (bin, position - Float(bin))
  }

  /// The bin of an intensity, in double precision: a value at the edge of a bin is not rounded into
  /// the next.
  func bin(_ value: Float) -> UInt8 {
    let position = (Double(value) - Double(low)) * scale + 2
    return UInt8(min(max(Int(position), 2), count - 3))
  }
}

/// Adds a chunk to a joint histogram, and returns how many samples are inside.
///
/// A sample is in one row, a box, and in four cells of it, a cubic B-spline. Which four depends on the
/// bin, and with which weights on how far behind its edge the intensity is, `t`: collected are the
/// sums of 1, t, t^2 and t^3 of the samples in every bin, from which ``BinPowers`` makes the cells.
/// What the second pass needs is kept for every sample in `kept` and `cells`, unless that is nil.
func addToHistogram(
  _ samples: SampleView, _ chunk: Range<Int>, _ map: SampleMap, _ view: MovingView,
  moving: Binning, kept: KeptSamples?, powers: UnsafeMutablePointer<SIMD4<Float>>
) -> Int {
  var inside = 0
  for index in chunk {
    guard let voxel = view.sample(map(samples.x[index], samples.y[index], samples.z[index])) else {
      kept?.voxels[index] = SampledVoxel(.nan, 0, 0, 0)
      continue
    }
    inside &+= 1
    let (bin, t) = moving.place(voxel.x)
    let cell = Int(samples.bins[index]) &* moving.count &+ bin
    powers[cell] += SIMD4(1, t, t * t, t * t * t)
    guard let kept else { continue }
    kept.voxels[index] = SIMD4(t, voxel.y, voxel.z, voxel.w)
    kept.cells[index] = UInt16(truncatingIfNeeded: cell)
  }
  return inside
}

/// Room for what the first pass leaves to the second.
struct KeptSamples {
  let voxels: UnsafeMutablePointer<SampledVoxel>
  /// Row times bins plus bin of samples inside; at most 200 bins.
  let cells: UnsafeMutablePointer<UInt16>

  static func allocate(_ count: Int) -> KeptSamples {
    KeptSamples(voxels: .allocate(capacity: count), cells: .allocate(capacity: count))
  }

  func deallocate() {
    voxels.deallocate()
    cells.deallocate()
  }
}

/// Sums over the samples inside, intensities counted from an origin of each image.
struct Moments {
  var count = 0.0
  var fixed = 0.0
  var moving = 0.0
  var fixedSquares = 0.0
  var movingSquares = 0.0
  var products = 0.0
  var squaredDifferences = 0.0

  static func += (a: inout Moments, b: Moments) {
    a.count += b.count
    a.fixed += b.fixed
    a.moving += b.moving
    a.fixedSquares += b.fixedSquares
    a.movingSquares += b.movingSquares
    a.products += b.products
    a.squaredDifferences += b.squaredDifferences
  }
}

/// The moments of a chunk.
func moments(
  _ samples: SampleView, _ chunk: Range<Int>, _ map: SampleMap, _ view: MovingView,
  origins: (fixed: Float, moving: Float), kept: KeptSamples?
) -> Moments {
  var sums = Moments()
  for index in chunk {
    guard let voxel = view.sample(map(samples.x[index], samples.y[index], samples.z[index])) else {
      kept?.voxels[index] = SampledVoxel(.nan, 0, 0, 0)
      continue
    }
    kept?.voxels[index] = voxel
    let difference = Double(voxel.x - samples.values[index])
    let (f, m) = (Double(samples.values[index] - origins.fixed), Double(voxel.x - origins.moving))
    sums.count += 1
    sums.fixed += f
    sums.moving += m
    sums.fixedSquares += f * f
    sums.movingSquares += m * m
    sums.products += f * m
    sums.squaredDifferences += difference * difference
  }
  return sums
}

/// How a cost changes with the intensity of a sample of the moving image.
enum IntensitySlope {
  /// `fixed * f + moving * m + constant`.
  case linear(fixed: Float, moving: Float, constant: Float)
  /// From a table laid out as the histogram: the coefficients of 1, t and t^2.
  case table(UnsafePointer<SIMD4<Float>>)
}

/// Derivatives of the cost by the map from positions to voxels: one row `(x, y, z, 1)` per voxel
/// axis.
struct VoxelMapDerivative {
  var x = SIMD4<Float>(repeating: 0)
  var y = SIMD4<Float>(repeating: 0)
  var z = SIMD4<Float>(repeating: 0)
}

/// The derivative of a chunk, from what the first pass kept.
func derivative(
  _ samples: SampleView, _ chunk: Range<Int>, kept: KeptSamples,
  slope: IntensitySlope
) -> VoxelMapDerivative {
  var sum = VoxelMapDerivative()
  @inline(__always)
  func add(_ index: Int, _ voxel: SampledVoxel, _ weight: Float) {
    let place = SIMD4<Float>(samples.x[index], samples.y[index], samples.z[index], 1) * weight
    sum.x += place * voxel.y
    sum.y += place * voxel.z
    sum.z += place * voxel.w
  }
  switch slope {
  case .linear(let f, let m, let constant):
    for index in chunk {
      let voxel = kept.voxels[index]
      guard voxel.x == voxel.x else { continue }
      add(index, voxel, f * samples.values[index] + m * voxel.x + constant)
    }
  case .table(let table):
    for index in chunk {
      let voxel = kept.voxels[index]
      guard voxel.x == voxel.x else { continue }
      let part = table[Int(kept.cells[index])]
      add(index, voxel, part.x + voxel.x * (part.y + voxel.x * part.z))
    }
  }
  return sum
}

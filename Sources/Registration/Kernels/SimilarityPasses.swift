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

/// What is kept of every sample between the two passes: intensity and its derivatives along the
/// moving image's voxel axes; not a number outside.
typealias SampledVoxel = SIMD4<Float>

/// The intensity of samples outside.
private let outside = SampledVoxel(.nan, 0, 0, 0)

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

  /// The position of an intensity in bins and the bin it is in.
  @inline(__always)
  func place(_ value: Float) -> (position: Float, bin: Int) {
    let position = (value - low) * perUnit + 2
    return (position, min(max(Int(position), 2), count &- 3))
  }

  /// The bin of an intensity, in double precision: a value at the edge of a bin is not rounded into
  /// the next.
  func bin(_ value: Float) -> UInt8 {
    let position = (Double(value) - Double(low)) * scale + 2
    return UInt8(min(max(Int(position), 2), count - 3))
  }
}

/// The cubic B-spline's weights of the four bins around a position `t` behind the second.
@inline(__always)
private func splineWeights(_ t: Float) -> SIMD4<Float> {
  let u = 1 - t
  let (uu, tt) = (u * u, t * t)
  return SIMD4(
    uu * u / 6, (tt * (t - 2) * 3 + 4) / 6, (uu * (u - 2) * 3 + 4) / 6, tt * t / 6)
}

/// Their derivatives by `t`.
@inline(__always)
private func splineSlopes(_ t: Float) -> SIMD4<Float> {
  let u = 1 - t
  return SIMD4(-0.5 * u * u, t * (1.5 * t - 2), u * (2 - 1.5 * u), 0.5 * t * t)
}

/// Fills the joint histogram of a chunk, and returns how many samples are inside.
///
/// The histogram is as many rows as the fixed image has bins of `moving.count` numbers, all 0 before. A sample is in one row,
/// a box, and in four cells of it, a cubic B-spline. What the second pass needs is kept for every
/// sample in `kept`, unless that is nil.
func fillHistogram(
  _ samples: SampleView, _ chunk: Range<Int>, _ map: SampleMap, _ view: MovingView,
  moving: Binning, kept: UnsafeMutablePointer<SampledVoxel>?,
  histogram: UnsafeMutablePointer<Float>
) -> Int {
  var inside = 0
  for index in chunk {
    guard let voxel = view.sample(map(samples.x[index], samples.y[index], samples.z[index])) else {
      kept?[index] = outside
      continue
    }
    kept?[index] = voxel
    inside &+= 1
    let (position, bin) = moving.place(voxel.x)
    let weights = splineWeights(position - Float(bin))
    let row = Int(samples.bins[index])
    let cells = UnsafeMutableRawPointer(histogram + (row &* moving.count &+ bin &- 1))
    let sum = cells.loadUnaligned(as: SIMD4<Float>.self) + weights
    cells.storeBytes(of: sum, as: SIMD4<Float>.self)
  }
  return inside
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
  origins: (fixed: Float, moving: Float), kept: UnsafeMutablePointer<SampledVoxel>?
) -> Moments {
  var sums = Moments()
  for index in chunk {
    guard let voxel = view.sample(map(samples.x[index], samples.y[index], samples.z[index])) else {
      kept?[index] = outside
      continue
    }
    kept?[index] = voxel
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
  /// From the four cells of a table around the sample, laid out as the histogram.
  case table(UnsafePointer<Float>, moving: Binning)
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
  _ samples: SampleView, _ chunk: Range<Int>, kept: UnsafePointer<SampledVoxel>,
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
      let voxel = kept[index]
      guard voxel.x == voxel.x else { continue }
      add(index, voxel, f * samples.values[index] + m * voxel.x + constant)
    }
  case .table(let table, let moving):
    for index in chunk {
      let voxel = kept[index]
      guard voxel.x == voxel.x else { continue }
      let (position, bin) = moving.place(voxel.x)
      let row = Int(samples.bins[index])
      let cells = UnsafeRawPointer(table + (row &* moving.count &+ bin &- 1))
        .loadUnaligned(as: SIMD4<Float>.self)
      add(index, voxel, (splineSlopes(position - Float(bin)) * cells).sum())
    }
  }
  return sum
}

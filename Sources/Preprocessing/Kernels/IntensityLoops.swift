import Parallelism
import Volumes

/// Voxels of one piece of work: they stay in the cache between two passes over them.
private let grain = 1 << 15

/// A new array of what `change` makes of every element, on all threads.
@inline(__always)
func mapInParallel<Element, Result>(
  _ elements: [Element], _ change: (Element) -> Result
) -> [Result] {
  [Result](unsafeUninitializedCapacity: elements.count) { buffer, count in
    nonisolated(unsafe) let results = buffer  // ranges are disjoint
    elements.withUnsafeBufferPointer { elements in
      parallelForRanges(elements.count, grain: grain) { range in
        for index in range { results[index] = change(elements[index]) }
      }
    }
    count = elements.count
  }
}

/// Replaces every value, on all threads.
@inline(__always)
func changeInParallel(_ image: inout VoxelArray<Float>, _ change: (Float) -> Float) {
  image.elements.withUnsafeMutableBufferPointer { buffer in
    nonisolated(unsafe) let values = buffer  // ranges are disjoint
    parallelForRanges(values.count, grain: grain) { range in
      for index in range { values[index] = change(values[index]) }
    }
  }
}

/// Replaces the values where the mask is not 0, on all threads.
@inline(__always)
func changeInParallel(
  _ image: inout VoxelArray<Float>, where mask: VoxelArray<UInt8>, _ change: (Float) -> Float
) {
  image.elements.withUnsafeMutableBufferPointer { buffer in
    nonisolated(unsafe) let values = buffer  // ranges are disjoint
    mask.elements.withUnsafeBufferPointer { mask in
      parallelForRanges(values.count, grain: grain) { range in
        // Written everywhere, so that the loop has no branch.
        for index in range {
          let changed = change(values[index])
          values[index] = mask[index] != 0 ? changed : values[index]
        }
      }
    }
  }
}

/// The smallest and the largest intensity of a channel.
struct IntensityRange {
  private(set) var lower = Float.infinity
  private(set) var upper = -Float.infinity
  /// Whether any voxel is not a number; the bounds leave those out.
  private(set) var holdsNaN = false

  /// Whether all voxels are numbers, and finite.
  var isFinite: Bool { !holdsNaN && lower > -.infinity && upper < .infinity }

  private init() {}

  init(of image: VoxelArray<Float>) {
    let parts = image.elements.withUnsafeBufferPointer { values in
      parallelMap((values.count + grain - 1) / grain) { chunk in
        let start = chunk * grain
        return Self(values, start..<min(values.count, start + grain))
      }
    }
    for part in parts {
      lower = min(lower, part.lower)
      upper = max(upper, part.upper)
      holdsNaN = holdsNaN || part.holdsNaN
    }
  }

  private init(_ values: UnsafeBufferPointer<Float>, _ range: Range<Int>) {
    typealias Lanes = SIMD16<Float>
    var lows = Lanes(repeating: .infinity)
    var highs = Lanes(repeating: -.infinity)
    var strange = SIMDMask<SIMD16<Int32>>(repeating: false)
    guard let base = UnsafeRawPointer(values.baseAddress) else { return }
    var index = range.lowerBound
    while index + Lanes.scalarCount <= range.upperBound {
      let lanes = base.loadUnaligned(fromByteOffset: 4 * index, as: Lanes.self)
      lows.replace(with: lanes, where: lanes .< lows)
      highs.replace(with: lanes, where: lanes .> highs)
      strange .|= lanes .!= lanes
      index += Lanes.scalarCount
    }
    (lower, upper, holdsNaN) = (lows.min(), highs.max(), strange != .init(repeating: false))
    while index < range.upperBound {
      if values[index] < lower { lower = values[index] }
      if values[index] > upper { upper = values[index] }
      holdsNaN = holdsNaN || values[index].isNaN
      index += 1
    }
  }
}

/// Mean and standard deviation of a channel's intensities, in double precision.
///
/// Every piece has its own mean and squared deviations, and the pieces are merged in their order,
/// so that the result depends neither on the number of threads nor on how far the mean is from 0.
///
/// - Source: Chan, Golub, LeVeque, The American Statistician 37(3), 1983,
///   doi:10.1080/00031305.1983.10483115.
struct IntensityMoments {
  /// Number of voxels.
  private(set) var count = 0
  /// Their mean.
  private(set) var mean = 0.0
  private var squares = 0.0

  /// Their standard deviation, of the population.
  var standardDeviation: Double { count > 0 ? (squares / Double(count)).squareRoot() : 0 }

  /// The moments of the voxels where the mask is not 0, or of all.
  init(of image: VoxelArray<Float>, mask: VoxelArray<UInt8>?) {
    let parts = image.elements.withUnsafeBufferPointer { values in
      parallelMap((values.count + grain - 1) / grain) { chunk in
        let start = chunk * grain
        let range = start..<min(values.count, start + grain)
        guard let mask else { return Self(values, range) }
        return mask.elements.withUnsafeBufferPointer { Self(values, range, mask: $0) }
      }
    }
    for part in parts where part.count > 0 { merge(part) }
  }

  private mutating func merge(_ other: Self) {
    let total = Double(count + other.count)
    let distance = other.mean - mean
    mean += distance * Double(other.count) / total
    squares += other.squares + distance * distance * Double(count) * Double(other.count) / total
    count += other.count
  }

  private init(_ values: UnsafeBufferPointer<Float>, _ range: Range<Int>) {
    count = range.count
    mean = Self.sum(range) { Double(values[$0]) } / Double(count)
    let centre = mean
    squares = Self.sum(range) {
      let distance = Double(values[$0]) - centre
      return distance * distance
    }
  }

  private init(
    _ values: UnsafeBufferPointer<Float>, _ range: Range<Int>, mask: UnsafeBufferPointer<UInt8>
  ) {
    for index in range { count += mask[index] != 0 ? 1 : 0 }
    guard count > 0 else { return }
    mean = Self.sum(range) { mask[$0] != 0 ? Double(values[$0]) : 0 } / Double(count)
    let centre = mean
    squares = Self.sum(range) {
      let distance = mask[$0] != 0 ? Double(values[$0]) - centre : 0
      return distance * distance
    }
  }

  /// A sum in eight strands, which the compiler turns into vectors.
  @inline(__always)
  private static func sum(_ range: Range<Int>, _ term: (Int) -> Double) -> Double {
    var strands = SIMD8<Double>(repeating: 0)
    var index = range.lowerBound
    while index + 8 <= range.upperBound {
      strands += SIMD8(
        term(index), term(index + 1), term(index + 2), term(index + 3), term(index + 4),
        term(index + 5), term(index + 6), term(index + 7))
      index += 8
    }
    var total = strands.sum()
    while index < range.upperBound {
      total += term(index)
      index += 1
    }
    return total
  }
}

import RandomNumbers
import SpatialTransforms
import Volumes

/// Points of the fixed image at which the two images are compared, with its intensities there.
struct SampleSet: Sendable {
  /// The point that positions are measured from, in the world.
  let centre: Vector3
  /// Positions in millimetres from the centre along the world's axes.
  private(set) var x: [Float] = []
  private(set) var y: [Float] = []
  private(set) var z: [Float] = []
  /// Intensities of the fixed image.
  private(set) var values: [Float] = []
  /// Smallest and largest intensity of the fixed image, of voxels that count.
  let range: ClosedRange<Float>

  /// Number of points.
  var count: Int { values.count }

  /// Where in a voxel its point lies.
  enum Placement: Sendable {
    /// In the centre of every voxel.
    case centres
    /// Anywhere in the voxel, so that the two grids do not come to lie on one another by preference.
    case jittered(seed: UInt64)
  }

  /// Samples of an image.
  ///
  /// - Parameters:
  ///   - fixed: The image.
  ///   - centre: The point that positions are measured from.
  ///   - limit: Samples at most; of more voxels as many are taken at random.
  ///   - placement: Where in its voxel a sample lies.
  init(_ fixed: PreparedImage, centre: Vector3, limit: Int, placement: Placement) {
    let (image, extent) = (fixed.image, fixed.image.extent)
    self.centre = centre
    var (low, high) = (Float.infinity, -Float.infinity)
    var available = 0
    for index in image.voxels.indices where fixed.mask?[index] != 0 {
      low = min(low, image.voxels[index])
      high = max(high, image.voxels[index])
      available += 1
    }
    range = low <= high ? low...high : 0...0
    let isThinned = available > limit
    let share = Double(limit) / Double(max(1, available))
    let toWorld = image.geometry.axes
    let shift = image.geometry.origin - centre
    let seed: UInt64
    let isJittered: Bool
    switch placement {
    case .centres: (seed, isJittered) = (0, false)
    case .jittered(let given): (seed, isJittered) = (given, true)
    }
    var random = SplitMix64(seed: seed)
    reserve(min(available, limit) + available / 100)
    for k in 0..<extent.z {
      for j in 0..<extent.y {
        for i in 0..<extent.x {
          let index = extent.index(i, j, k)
          guard fixed.mask?[index] != 0 else { continue }
          if isThinned, random.unit() >= share { continue }
          var place = Vector3(Double(i), Double(j), Double(k))
          var value = image.voxels[index]
          if isJittered {
            place = place + Vector3(random.unit() - 0.5, random.unit() - 0.5, random.unit() - 0.5)
            value = image.linearValue(at: place)
          }
          let point = toWorld * place + shift
          x.append(Float(point.x))
          y.append(Float(point.y))
          z.append(Float(point.z))
          values.append(value)
        }
      }
    }
  }

  /// The samples at some positions of the list.
  func subset(_ indices: [Int]) -> SampleSet {
    var result = self
    result.x = indices.map { x[$0] }
    result.y = indices.map { y[$0] }
    result.z = indices.map { z[$0] }
    result.values = indices.map { values[$0] }
    return result
  }

  /// At most `count` of the samples, evenly chosen from the list.
  func thinned(to count: Int) -> SampleSet {
    guard self.count > count else { return self }
    let step = Double(self.count) / Double(count)
    return subset((0..<count).map { Int((Double($0) + 0.5) * step) })
  }

  private mutating func reserve(_ count: Int) {
    x.reserveCapacity(count)
    y.reserveCapacity(count)
    z.reserveCapacity(count)
    values.reserveCapacity(count)
  }

  /// The root of the mean squared distance of the samples from the centre, in millimetres.
  var radius: Double {
    var sum = 0.0
    for index in 0..<count {
      sum += Double(x[index] * x[index] + y[index] * y[index] + z[index] * z[index])
    }
    return max(1e-3, (sum / Double(max(1, count))).squareRoot())
  }
}

extension SplitMix64 {
  /// A number drawn uniformly from 0 to below 1.
  fileprivate mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}

extension Volume where Voxel == Float {
  /// The linearly interpolated value at a place in voxel coordinates, clamped to the image.
  fileprivate func linearValue(at place: Vector3) -> Float {
    func taps(_ position: Double, _ count: Int) -> (Int, Int, Float) {
      let clamped = min(max(position, 0), Double(count - 1))
      let lower = Int(clamped)
      return (lower, min(lower + 1, count - 1), Float(clamped - Double(lower)))
    }
    let (x0, x1, tx) = taps(place.x, extent.x)
    let (y0, y1, ty) = taps(place.y, extent.y)
    let (z0, z1, tz) = taps(place.z, extent.z)
    func row(_ y: Int, _ z: Int) -> Float {
      self[x0, y, z] + tx * (self[x1, y, z] - self[x0, y, z])
    }
    func plane(_ z: Int) -> Float { row(y0, z) + ty * (row(y1, z) - row(y0, z)) }
    return plane(z0) + tz * (plane(z1) - plane(z0))
  }
}

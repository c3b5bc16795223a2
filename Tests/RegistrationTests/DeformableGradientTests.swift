import Parallelism
import RandomNumbers
import Registration
import TestSupport
import Testing
import Volumes

/// Derivatives against differences of the costs, and adjoint maps against scalar products.
@Suite struct DeformableGradientTests {
  private let extent = Extent(x: 11, y: 9, z: 10)

  private func field(_ extent: Extent, seed: UInt64, size: Float) -> VoxelField {
    var random = SplitMix64(seed: seed)
    var field = VoxelField(extent: extent)
    for voxel in field.vectors.indices {
      for axis in 0..<3 { field.vectors[voxel][axis] = .random(in: -size...size, using: &random) }
    }
    return field
  }

  private func image(_ extent: Extent, seed: UInt64) -> [Float] {
    var random = SplitMix64(seed: seed)
    return (0..<extent.count).map { _ in .random(in: 0...1, using: &random) }
  }

  private func product(_ a: VoxelField, _ b: VoxelField) -> Double {
    zip(a.vectors, b.vectors).reduce(0) {
      $0 + Double($1.0.x * $1.1.x + $1.0.y * $1.1.y + $1.0.z * $1.1.z)
    }
  }

  private func sum(_ a: VoxelField, _ b: VoxelField, times factor: Float) -> VoxelField {
    var result = a
    for voxel in a.vectors.indices { result.vectors[voxel] += b.vectors[voxel] * factor }
    return result
  }

  /// The gradient with its longest component 1: the direction in which all voxels change the cost the
  /// same way, so that the kinks that a few of them meet do not matter.
  private func uphill(_ gradient: VoxelField) -> VoxelField {
    let largest = gradient.vectors.reduce(Float(0)) {
      max($0, abs($1.x), abs($1.y), abs($1.z))
    }
    return sum(VoxelField(extent: gradient.extent), gradient, times: 1 / largest)
  }

  /// The slope at 0 from central differences of several lengths; each passes over other kinks of the
  /// interpolation.
  private func meanDifference(_ value: (Float) -> Double) -> Double {
    (1...8).reduce(0.0) { sum, index in
      let step = Float(index) * 2.5e-4
      return sum + (value(step) - value(-step)) / Double(2 * step) / 8
    }
  }

  @Test(arguments: [0, 2, 5])
  func flowIsTakenBackExactly(squarings: Int) {
    let velocity = field(extent, seed: 1, size: 0.8)
    let weights = field(extent, seed: 3, size: 1)
    let gradient = Exponential(velocity, squarings: squarings).pullBack(weights)
    let direction = uphill(gradient)
    func value(_ step: Float) -> Double {
      product(
        weights,
        Exponential(sum(velocity, direction, times: step), squarings: squarings).displacement)
    }
    let difference = meanDifference(value)
    let slope = product(gradient, direction)
    #expect(abs(slope - difference) < 1e-2 * abs(difference), "\(slope) \(difference)")
  }

  @Test func correlationHasItsDerivatives() {
    let (fixed, moving) = (image(extent, seed: 4), image(extent, seed: 5))
    var weights = image(extent, seed: 6)
    for voxel in stride(from: 0, to: weights.count, by: 3) { weights[voxel] = 0 }
    for radius in [1, 2] {
      let cost = LocalCorrelation(fixed: fixed, weights: weights, extent: extent, radius: radius)
      check(cost, at: moving)
    }
    check(SquaredDifference(fixed: fixed, weights: weights, extent: extent), at: moving)
  }

  private func check(_ cost: some ImageSimilarity, at image: [Float]) {
    var (derivatives, ignored) = (image, image)
    _ = cost.evaluate(image, derivatives: &derivatives)
    var random = SplitMix64(seed: 8)
    let direction = image.map { _ in Float.random(in: -1...1, using: &random) }
    func value(_ step: Float) -> Double {
      cost.evaluate(zip(image, direction).map { $0 + step * $1 }, derivatives: &ignored)
    }
    let difference = (value(2e-3) - value(-2e-3)) / 4e-3
    let slope = zip(derivatives, direction).reduce(0.0) { $0 + Double($1.0 * $1.1) }
    #expect(abs(slope - difference) < 2e-3 * abs(difference) + 1e-5, "\(slope) \(difference)")
  }

  @Test func correlationIsThatOfItsDefinition() {
    let (fixed, moving) = (image(extent, seed: 4), image(extent, seed: 5))
    let weights = image(extent, seed: 6)
    var derivatives = moving
    let found = LocalCorrelation(fixed: fixed, weights: weights, extent: extent, radius: 2)
      .evaluate(moving, derivatives: &derivatives)
    var (sum, total) = (0.0, 0.0)
    for z in 0..<extent.z {
      for y in 0..<extent.y {
        for x in 0..<extent.x {
          var s = [Double](repeating: 0, count: 6)
          for k in max(0, z - 2)...min(extent.z - 1, z + 2) {
            for j in max(0, y - 2)...min(extent.y - 1, y + 2) {
              for i in max(0, x - 2)...min(extent.x - 1, x + 2) {
                let voxel = extent.index(i, j, k)
                let (w, f, m) = (
                  Double(weights[voxel]), Double(fixed[voxel]), Double(moving[voxel])
                )
                for (index, term) in [1, f, m, f * f, m * m, f * m].enumerated() {
                  s[index] += w * term
                }
              }
            }
          }
          s = s.map { $0 / s[0] }
          let covariance = s[5] - s[1] * s[2]
          let variances = (s[3] - s[1] * s[1] + 1e-4) * (s[4] - s[2] * s[2] + 1e-4)
          let weight = Double(weights[extent.index(x, y, z)])
          sum += weight * covariance * covariance / variances
          total += weight
        }
      }
    }
    #expect(abs(found + sum / total) < 1e-5)
  }

  /// All together, on both resolutions, also with odd numbers of voxels.
  @Test(arguments: [1, 2], [Extent(x: 11, y: 9, z: 10), Extent(x: 8, y: 12, z: 7)])
  func searchHasItsGradient(ratio: Int, half: Extent) {
    // An odd and an even number of voxels over those of the field.
    let full =
      ratio == 1 ? half : Extent(x: 2 * half.x - 1, y: 2 * half.y, z: 2 * half.z - 1)
    let fixed = image(full, seed: 10)
    let warped = WarpedImage(image(full, seed: 11), extent: full, ratio: ratio)
    let cost = SquaredDifference(
      fixed: fixed, weights: [Float](repeating: 1, count: full.count), extent: full)
    let search = VelocityOptimisation(
      regularity: 0.3, smoothings: 2, squarings: 3, step: 0.1, iterations: 1
    ) { field in
      warped.read(through: field)
      var derivatives = fixed
      let value = cost.evaluate(UnsafePointer(warped.values), derivatives: &derivatives)
      return (
        value,
        derivatives.withUnsafeBufferPointer { buffer in
          guard let start = buffer.baseAddress else { return field }
          return warped.pullBack(start)
        }
      )
    }
    let start = field(half, seed: 12, size: 0.7)
    let gradient = search.evaluate(start).gradient
    let direction = uphill(gradient)
    let slope = product(gradient, direction)
    let difference = meanDifference { search.evaluate(sum(start, direction, times: $0)).cost }
    #expect(abs(slope - difference) < 1e-2 * abs(difference), "\(slope) \(difference)")
  }

  @Test func structureHasItsGradient() {
    func features(_ seed: UInt64) -> StructureFeatures {
      StructureFeatures(
        Volume(voxels: image(extent, seed: seed), geometry: Geometry(extent: extent)))
    }
    let cost = StructureSimilarity(
      fixed: features(20), moving: features(21), weights: image(extent, seed: 22))
    let start = field(extent, seed: 23, size: 1.5)
    let gradient = cost.evaluate(start).gradient
    let direction = uphill(gradient)
    let slope = product(gradient, direction)
    let difference = meanDifference { cost.evaluate(sum(start, direction, times: $0)).cost }
    #expect(abs(slope - difference) < 1e-2 * abs(difference), "\(slope) \(difference)")
  }
}

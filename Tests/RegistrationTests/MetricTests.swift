import Foundation
import RandomNumbers
import Registration
import SpatialTransforms
import Testing
import Volumes

/// SimpleITK's similarity of images that are sums of sines.
struct MetricFixture: Decodable, Sendable, CustomTestStringConvertible {
  struct Grid: Decodable, Sendable {
    let size: [Int]
    let spacing: [Double]
    let origin: [Double]
    let direction: [Double]
  }

  let waves: [[[Double]]]
  let grids: [Grid]
  let shift: [Double]
  let costs: [String: Double]

  var testDescription: String { "\(shift)" }

  static let all: [MetricFixture] = {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/metrics.json")
    guard let data = try? Data(contentsOf: url) else { return [] }
    return (try? JSONDecoder().decode([MetricFixture].self, from: data)) ?? []
  }()

  /// The fixed (0) or the moving image (1).
  func image(_ index: Int) -> Volume<Float> {
    let grid = grids[index]
    var direction = Matrix3.identity
    for row in 0..<3 {
      for column in 0..<3 { direction[row, column] = grid.direction[3 * row + column] }
    }
    let geometry = Geometry(
      extent: Extent(x: grid.size[0], y: grid.size[1], z: grid.size[2]),
      spacing: Vector3(grid.spacing[0], grid.spacing[1], grid.spacing[2]),
      origin: Vector3(grid.origin[0], grid.origin[1], grid.origin[2]), direction: direction)
    var image = Volume<Float>(repeating: 0, geometry: geometry)
    for z in 0..<grid.size[2] {
      for y in 0..<grid.size[1] {
        for x in 0..<grid.size[0] {
          var value = 50.0
          for wave in waves[index] {
            let phase = wave[1] * Double(x) + wave[2] * Double(y) + wave[3] * Double(z) + wave[4]
            value += wave[0] * sin(phase)
          }
          image[x, y, z] = Float(value)
        }
      }
    }
    return image
  }
}

@Suite struct MetricTests {
  @Test func fixturesAreThere() { #expect(MetricFixture.all.count == 9) }

  @Test(arguments: MetricFixture.all) func costsEqualSimpleITK(_ example: MetricFixture) throws {
    let (fixed, moving) = (example.image(0), example.image(1))
    let map = AffineMap(offset: Vector3(example.shift[0], example.shift[1], example.shift[2]))
    for (name, expected) in example.costs {
      let metric: SimilarityMetric =
        switch name {
        case "mean_squares": .meanSquares
        case "correlation": .correlation
        default: .mutualInformation(bins: Int(name) ?? 0)
        }
      let found = try metric.cost(of: moving, to: fixed, through: map)
      // Mean squares are some hundreds: relative.
      #expect(abs(found - expected) <= 1e-6 * max(1, abs(expected)), "\(name)")
    }
  }

  /// Central differences over poses; the kinks of linear interpolation average out.
  @Test(arguments: LinearFamily.allCases) func gradientIsTheDerivative(family: LinearFamily) throws
  {
    let example = try #require(MetricFixture.all.first)
    // The middle of the fixed image, which no pose brings to the edge of the moving one: there the
    // cost jumps.
    let (fixed, moving) = (example.image(0).middle, example.image(1))
    for (metric, tolerance) in [
      (SimilarityMetric.meanSquares, 3e-3), (.correlation, 3e-3),
      (.mutualInformation(bins: 24), 1e-2), (.normalisedMutualInformation(bins: 24), 1e-2),
    ] {
      var random = SplitMix64(seed: 5)
      var (errors, sizes) = (0.0, 0.0)
      for _ in 0..<10 {
        func number(_ size: Double) -> Double { Double.random(in: -size...size, using: &random) }
        let start = AffineMap(
          matrix: Matrix3(rotationVector: Vector3(number(0.05), number(0.05), number(0.05))),
          offset: Vector3(number(0.5), number(0.5), number(0.5)))
        let point = (0..<family.parameterCount).map { _ in number(0.3) }
        func cost(_ p: [Double]) throws -> (cost: Double, gradient: [Double]) {
          try metric.costAndGradient(
            of: moving, to: fixed, family: family, around: start, at: p)
        }
        let gradient = try cost(point).gradient
        #expect(gradient.count == family.parameterCount)
        for index in point.indices {
          var (low, high) = (point, point)
          low[index] -= 1e-3
          high[index] += 1e-3
          let expected = (try cost(high).cost - cost(low).cost) / 2e-3
          errors += (gradient[index] - expected) * (gradient[index] - expected)
          sizes += expected * expected
        }
      }
      #expect(errors.squareRoot() <= tolerance * sizes.squareRoot(), "\(metric)")
    }
  }

  @Test func unrelatedPlacesAreAnError() throws {
    let example = try #require(MetricFixture.all.first)
    #expect(throws: RegistrationError.noOverlap(share: 0)) {
      try SimilarityMetric.correlation.cost(
        of: example.image(1), to: example.image(0),
        through: AffineMap(offset: Vector3(1000, 0, 0)))
    }
  }
}

extension Volume where Voxel == Float {
  /// Eight voxels along every axis from the sixth on.
  fileprivate var middle: Volume {
    var grid = geometry
    grid.origin = geometry.worldPoint(ofVoxel: Vector3(6, 6, 6))
    grid.extent = Extent(x: 8, y: 8, z: 8)
    var result = Volume(repeating: 0, geometry: grid)
    for z in 0..<8 {
      for y in 0..<8 { for x in 0..<8 { result[x, y, z] = self[x + 6, y + 6, z + 6] } }
    }
    return result
  }
}

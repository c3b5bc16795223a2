import RandomNumbers
import Testing
import Volumes

@Suite struct GeometryTests {
  /// A random rotation from a random quaternion.
  static func geometry(seed: UInt64) -> Geometry {
    var random = SplitMix64(seed: seed)
    func unit() -> Double { Double(random.uniform(-1...1)) }
    var (a, b, c, d) = (unit() + 2, unit(), unit(), unit())
    let length = (a * a + b * b + c * c + d * d).squareRoot()
    (a, b, c, d) = (a / length, b / length, c / length, d / length)
    let flip: Double = seed % 2 == 0 ? 1 : -1
    return Geometry(
      extent: Extent(x: 4, y: 3, z: 5), spacing: Vector3(0.7, 1.3 + unit() / 2, 5),
      origin: Vector3(unit() * 100, unit() * 100, unit() * 100),
      direction: Matrix3(
        columns: Vector3(
          a * a + b * b - c * c - d * d, 2 * (b * c + a * d), 2 * (b * d - a * c)),
        Vector3(2 * (b * c - a * d), a * a + c * c - b * b - d * d, 2 * (c * d + a * b)),
        Vector3(2 * (b * d + a * c), 2 * (c * d - a * b), a * a + d * d - b * b - c * c) * flip))
  }

  @Test(arguments: UInt64(0)..<20) func voxelUndoesWorldPoint(seed: UInt64) throws {
    let geometry = Self.geometry(seed: seed)
    let voxel = try #require(
      geometry.voxel(ofWorldPoint: geometry.worldPoint(ofVoxel: Vector3(1.5, -2, 7))))
    #expect((voxel - Vector3(1.5, -2, 7)).length < 1e-11)
  }

  @Test(arguments: UInt64(0)..<20) func affineAgreesWithWorldPoint(seed: UInt64) {
    let geometry = Self.geometry(seed: seed)
    let voxel = Vector3(3, 1, 2)
    let world = geometry.worldPoint(ofVoxel: voxel)
    for (row, sign) in zip(0..<3, [-1.0, -1, 1]) {
      let line = geometry.affineRAS[row]
      let value = line[0] * voxel.x + line[1] * voxel.y + line[2] * voxel.z + line[3]
      #expect(abs(value - sign * world[row]) < 1e-12 * 300)
    }
  }

  /// The limits found by trying SimpleITK: with a spacing of 2 mm, 1.9e-6 passes and 2.1e-6 fails.
  @Test func matchesIsITKsRule() {
    let image = Geometry(extent: Extent(x: 2, y: 2, z: 2), spacing: Vector3(2, 0.1, 30))
    func changed(_ change: (inout Geometry) -> Void) -> Geometry {
      var copy = image
      change(&copy)
      return copy
    }
    #expect(image.matches(image))
    #expect(image.matches(changed { $0.origin.z += 1.9e-6 }))
    #expect(!image.matches(changed { $0.origin.z += 2.1e-6 }))
    #expect(image.matches(changed { $0.spacing.y -= 1.9e-6 }))
    #expect(!image.matches(changed { $0.spacing.y -= 2.1e-6 }))
    #expect(image.matches(changed { $0.direction[0, 1] += 0.9e-6 }))
    #expect(!image.matches(changed { $0.direction[0, 1] += 1.1e-6 }))
    #expect(!image.matches(changed { $0.extent.x = 3 }))
    #expect(!image.matches(changed { $0.origin.x = .nan }))
    #expect(image.matches(changed { $0.origin.x = 1 }, tolerance: 0.5))
  }

  @Test func cornerDifferenceFindsTheWorstCorner() {
    let a = Geometry(extent: Extent(x: 11, y: 1, z: 5), spacing: Vector3(1, 1, 2))
    var b = a
    b.origin.y = 3
    #expect(a.cornerDifference(from: b) == 3)
    b = a
    b.spacing.x = 1.5
    #expect(a.cornerDifference(from: b) == 5)
    #expect(a.cornerPoints[5] == Vector3(10, 0, 8))
  }

  @Test func nearestOrthonormalRemovesShear() throws {
    let exact = Self.geometry(seed: 3).direction
    #expect(exact.orthonormalityDefect < 1e-14)
    #expect(try #require(exact.nearestOrthonormal).orthonormalityDefect < 1e-14)
    var sheared = exact
    sheared.columns[1] = sheared.columns[1] + sheared.columns[0] * 0.01
    #expect(abs(sheared.orthonormalityDefect - 0.01) < 1e-12)
    let repaired = try #require(sheared.nearestOrthonormal)
    #expect(repaired.orthonormalityDefect < 1e-14)
    // The polar factor of a small shear turns both axes by half of it.
    for column in 0..<2 {
      #expect(abs((repaired.columns[column] - exact.columns[column]).length - 0.005) < 1e-4)
    }
    #expect(repaired.determinant * exact.determinant > 0)
    #expect(
      Matrix3(columns: Vector3(1, 0, 0), Vector3(1, 0, 0), Vector3(0, 0, 1)).nearestOrthonormal
        == nil)
  }
}

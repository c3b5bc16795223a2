import Parallelism
import RandomNumbers
import SpatialTransforms
import TestSupport
import Testing
import Volumes

@Suite struct TransformChainTests {
  @Test func pointsPassThroughTheFirstStepFirst() {
    let double = AffineMap(
      matrix: Matrix3(columns: Vector3(2, 0, 0), Vector3(0, 2, 0), Vector3(0, 0, 2)))
    let shift = AffineMap(offset: Vector3(1, 0, 0))
    let chain = TransformChain([.affine(double), .affine(shift)])
    #expect(chain(Vector3(3, 0, 0)) == Vector3(7, 0, 0))
    #expect(chain.affine == shift.after(double))
    #expect(TransformChain().affine == .identity)
  }

  /// A field of a linear map is linear between the voxels, and so exact inside.
  @Test(arguments: 0..<5 as Range<UInt64>) func fieldOfALinearMapIsThatMap(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let map = randomMap(&random)
    let grid = obliqueGrid()
    let field = TransformChain(map).displacementField(on: grid)
    let chain = TransformChain([.warp(.displacement(field))])
    for _ in 0..<50 {
      let voxel = Vector3(
        Double.random(in: 0...8, using: &random), Double.random(in: 0...7, using: &random),
        Double.random(in: 0...6, using: &random))
      let point = grid.worldPoint(ofVoxel: voxel)
      // Displacements are stored in single precision.
      #expect((chain(point) - map(point)).length < 2e-5)
    }
  }

  @Test func fieldIsConstantInTheOuterHalfVoxelAndNothingOutside() {
    let grid = obliqueGrid()
    let field = smoothField(on: grid, amplitude: 1)
    let chain = TransformChain([.warp(.displacement(field))])
    let vector = Vector3(
      Double(field.components[0][0]), Double(field.components[1][0]),
      Double(field.components[2][0]))
    let inside = grid.worldPoint(ofVoxel: Vector3(-0.49, -0.49, -0.49))
    #expect((chain(inside) - inside - vector).length < 1e-12)
    for voxel in [Vector3(-0.51, 0, 0), Vector3(8.51, 3, 3), Vector3(3, 3, 6.51)] {
      let outside = grid.worldPoint(ofVoxel: voxel)
      #expect(chain(outside) == outside)
    }
  }

  @Test func splinesThatAreConstantMoveEverythingTheyReach() {
    let grid = obliqueGrid()
    let count = grid.extent.count
    let field = SplineField(
      geometry: grid,
      coefficients: [3, -2, 0.5].map { [Float](repeating: $0, count: count) })
    let chain = TransformChain([.warp(.splines(field))])
    for voxel in [Vector3(1, 1, 1), Vector3(4.3, 2.2, 3.9), Vector3(7, 6, 5)] {
      let point = grid.worldPoint(ofVoxel: voxel)
      #expect((chain(point) - point - Vector3(3, -2, 0.5)).length < 1e-12)
    }
    let outside = grid.worldPoint(ofVoxel: Vector3(0.9, 3, 3))
    #expect(chain(outside) == outside)
  }

  @Test func smoothFieldIsInvertedToTheStatedError() throws {
    let grid = obliqueGrid()
    let field = smoothField(on: grid, amplitude: 1.5)
    let chain = TransformChain([
      .warp(.displacement(field)), .affine(AffineMap(offset: Vector3(2, 1, 0))),
    ])
    let back = try #require(chain.inverse)
    // Well inside, so that no way crosses the edge of the grid.
    for z in 2..<5 {
      for y in 2..<6 {
        for x in 2..<7 {
          let point = grid.worldPoint(ofVoxel: Vector3(Double(x), Double(y), Double(z)))
          #expect((back(chain(point)) - point).length < 1e-2)
          // The way back is exact in the image of the field, to a thousandth of a voxel.
          #expect((chain(back(point)) - point).length <= 1.5e-3)
        }
      }
    }
    #expect(chain.inversionErrors(on: grid) == nil)
    var inner = grid
    inner.origin = grid.worldPoint(ofVoxel: Vector3(2, 2, 2)) + Vector3(2, 1, 0)
    inner.extent = Extent(x: 5, y: 4, z: 3)
    let errors = try #require(back.inversionErrors(on: inner))
    #expect(errors.points == 60 && errors.failures == 0)
    #expect(errors.largest <= 1.5e-3 && errors.mean <= errors.largest)
  }

  @Test func foldedFieldSaysThatItCannotBeInverted() throws {
    let grid = Geometry(extent: Extent(x: 20, y: 4, z: 4))
    var x = [Float](repeating: 0, count: grid.extent.count)
    // Everything left of the middle moves right by 12, everything right of it left.
    for index in x.indices { x[index] = index % 20 < 10 ? 12 : -12 }
    let zero = [Float](repeating: 0, count: x.count)
    let field = DisplacementField(geometry: grid, components: [x, zero, zero])
    let errors = TransformChain([.inverseWarp(.displacement(field))]).inversionErrors(on: grid)
    #expect(try #require(errors).failures > 50)
  }

  @Test func resultDoesNotDependOnThreads() {
    let grid = obliqueGrid()
    var fine = grid
    fine.extent = Extent(x: 30, y: 40, z: 30)
    fine.spacing = Vector3(0.4, 0.4, 0.4)
    let chain = TransformChain([.inverseWarp(.displacement(smoothField(on: grid, amplitude: 1)))])
    let many = chain.displacementField(on: fine)
    let one = ThreadBudget.serially { chain.displacementField(on: fine) }
    #expect(many.components == one.components)
  }
}

private func obliqueGrid() -> Geometry {
  Geometry(
    extent: Extent(x: 9, y: 8, z: 7), spacing: Vector3(2, 1.5, 3), origin: Vector3(-10, 5, 30),
    direction: Matrix3(rotationVector: Vector3(0.4, -0.2, 0.3)))
}

/// A field that bends without folding.
private func smoothField(on grid: Geometry, amplitude: Double) -> DisplacementField {
  let size = grid.extent
  var components = [[Float]](repeating: [], count: 3)
  for z in 0..<size.z {
    for y in 0..<size.y {
      for x in 0..<size.x {
        let (a, b, c) = (Double(x) / 8, Double(y) / 7, Double(z) / 6)
        components[0].append(Float(amplitude * (4 * b * (1 - b) + c * a)))
        components[1].append(Float(amplitude * (4 * c * (1 - c) - a)))
        components[2].append(Float(amplitude * (4 * a * (1 - a) - b * b)))
      }
    }
  }
  return DisplacementField(geometry: grid, components: components)
}

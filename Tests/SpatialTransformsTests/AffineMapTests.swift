import RandomNumbers
import SpatialTransforms
import Testing
import Volumes

@Suite struct AffineMapTests {
  @Test(arguments: 0..<20 as Range<UInt64>) func inverseAndCompositionAgree(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let (a, b) = (randomMap(&random), randomMap(&random))
    let point = randomVector(&random, 100)
    #expect((a.after(b)(point) - a(b(point))).length < 1e-11)
    let back = try #require(a.inverse)
    #expect((back(a(point)) - point).length < 1e-10)
    #expect((a.after(back)(point) - point).length < 1e-10)
  }

  @Test func mapWithoutWayBackHasNoInverse() {
    let flat = AffineMap(
      matrix: Matrix3(columns: Vector3(1, 0, 0), Vector3(2, 0, 0), Vector3(0, 0, 1)))
    #expect(flat.inverse == nil)
    #expect(AffineMap(offset: Vector3(.nan, 0, 0)).isFinite == false)
  }

  @Test func centreStaysAndTranslationMoves() {
    let centre = Vector3(1, 2, 3)
    let map = AffineMap(
      matrix: Matrix3(rotationVector: Vector3(0.3, 0, 0.1)), centre: centre,
      translation: Vector3(4, 5, 6))
    #expect((map(centre) - Vector3(5, 7, 9)).length < 1e-14)
  }

  @Test func matrixInRASTurnsTwoAxes() {
    let map = AffineMap(
      matrix: Matrix3(columns: Vector3(1, 2, 3), Vector3(4, 5, 6), Vector3(7, 8, 10)),
      offset: Vector3(11, 12, 13))
    // Columns above are rows below.
    #expect(
      map.rowsRAS == [[1, 4, -7, -11], [2, 5, -8, -12], [-3, -6, 10, 13], [0, 0, 0, 1]])
    #expect(AffineMap(rowsRAS: map.rowsRAS) == map)
    #expect(AffineMap(rows: map.rows) == map)
  }
}

@Suite struct RotationTests {
  @Test(arguments: 0..<20 as Range<UInt64>) func rotationEqualsSeries(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let vector = randomVector(&random, seed < 10 ? 2 : 2e-3)
    let cross = Matrix3(crossProductWith: vector)
    var (sum, term) = (Matrix3.identity, Matrix3.identity)
    for power in 1..<40 {
      term = term * cross
      for column in 0..<3 {
        term.columns[column] = term.columns[column] * (1 / Double(power))
        sum.columns[column] = sum.columns[column] + term.columns[column]
      }
    }
    let found = Matrix3(rotationVector: vector)
    #expect(largestDifference(found, sum) < 1e-14)
    #expect(found.orthonormalityDefect < 1e-14)
    #expect(abs(found.rotationAngle - vector.length) < 1e-12 * max(1, vector.length))
  }

  @Test func versorIsAxisTimesSineOfHalfTheAngle() throws {
    // A third of a turn about the diagonal takes x to y to z to x.
    let found = try #require(Matrix3(versor: Vector3(0.5, 0.5, 0.5)))
    let turn = Matrix3(columns: Vector3(0, 1, 0), Vector3(0, 0, 1), Vector3(1, 0, 0))
    #expect(largestDifference(found, turn) < 1e-15)
    #expect(Matrix3(versor: Vector3(1, 0.1, 0)) == nil)
  }

  @Test func eulerAnglesAreMultipliedInTheirOrder() {
    let angles = Vector3(0.1, 0.2, 0.3)
    let x = Matrix3(rotationVector: Vector3(0.1, 0, 0))
    let y = Matrix3(rotationVector: Vector3(0, 0.2, 0))
    let z = Matrix3(rotationVector: Vector3(0, 0, 0.3))
    #expect(Matrix3(eulerAngles: angles, order: .zxy) == z * x * y)
    #expect(Matrix3(eulerAngles: angles, order: .zyx) == z * y * x)
  }
}

func largestDifference(_ a: Matrix3, _ b: Matrix3) -> Double {
  zip(a.columns, b.columns).map { ($0 - $1).length }.max() ?? 0
}

func randomVector(_ random: inout SplitMix64, _ size: Double) -> Vector3 {
  func number() -> Double { Double.random(in: -size...size, using: &random) }
  return Vector3(number(), number(), number())
}

/// A rotation, stretched and sheared a little, with a shift.
func randomMap(_ random: inout SplitMix64) -> AffineMap {
  var matrix = Matrix3(rotationVector: randomVector(&random, 1))
  for column in 0..<3 {
    matrix.columns[column] = matrix.columns[column] + randomVector(&random, 0.1)
  }
  return AffineMap(matrix: matrix, offset: randomVector(&random, 50))
}

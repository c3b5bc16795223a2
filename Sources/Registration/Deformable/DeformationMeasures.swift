internal import ElementaryFunctions
import Parallelism
public import SpatialTransforms
import Volumes

/// How a field of displacements changes volumes: its Jacobian determinants.
///
/// Differences are central, at the grid's faces one-sided, and per millimetre. What is called interior
/// leaves out the outermost voxels; the spreads leave out two layers.
///
/// - Source: ITK's `DisplacementFieldJacobianDeterminantFilter` in the interior; Leow et al., IEEE TMI
///   26(6), 2007, doi:10.1109/TMI.2007.892646, for the logarithm; Learn2Reg's public evaluation for
///   ``spreadLearn2Reg``.
public struct DeformationMeasures: Hashable, Sendable {
  /// Share of the interior's voxels whose determinant is 0 or negative: where the field folds.
  public var foldedShare: Double
  /// The smallest determinant, at the faces too.
  public var smallest: Double
  /// The largest determinant, at the faces too.
  public var largest: Double
  /// Standard deviation of the determinant's logarithm; determinants below 1e-9 count as that.
  public var spread: Double
  /// Standard deviation of the logarithm of the determinant plus 3, as Learn2Reg tables it.
  public var spreadLearn2Reg: Double

  /// The measures of a field.
  ///
  /// - Complexity: O(voxels) time on all threads.
  public init(of field: DisplacementField) {
    let determinants = field.jacobianDeterminants()
    let extent = field.geometry.extent
    let planes = parallelMap(extent.z) { z in
      PlaneSums(plane: z, of: determinants, extent)
    }
    let sums = planes.reduce(into: PlaneSums()) { $0.add($1) }
    foldedShare = Double(sums.folded) / Double(max(1, sums.interior))
    (smallest, largest) = (Double(sums.smallest), Double(sums.largest))
    (spread, spreadLearn2Reg) = (sums.logarithm.deviation, sums.shifted.deviation)
  }
}

/// Count, sum and sum of squares.
private struct Spread {
  var count = 0.0
  var sum = 0.0
  var squares = 0.0

  mutating func add(_ value: Double) {
    count += 1
    sum += value
    squares += value * value
  }

  mutating func add(_ other: Spread) {
    count += other.count
    sum += other.sum
    squares += other.squares
  }

  /// The standard deviation of a population.
  var deviation: Double {
    let mean = sum / max(1, count)
    return max(0, squares / max(1, count) - mean * mean).squareRoot()
  }
}

private struct PlaneSums {
  var folded = 0
  var interior = 0
  var smallest = Float.infinity
  var largest = -Float.infinity
  var logarithm = Spread()
  var shifted = Spread()

  init() {}

  init(plane z: Int, of determinants: [Float], _ extent: Extent) {
    for y in 0..<extent.y {
      for x in 0..<extent.x {
        let value = determinants[extent.index(x, y, z)]
        (smallest, largest) = (min(smallest, value), max(largest, value))
        let depth = min(
          x, y, z, extent.x - 1 - x, min(extent.y - 1 - y, extent.z - 1 - z))
        guard depth >= 1 else { continue }
        interior += 1
        if value <= 0 { folded += 1 }
        guard depth >= 2 else { continue }
        logarithm.add(ElementaryFunctions.logarithm(min(max(Double(value), 1e-9), 1e9)))
        shifted.add(ElementaryFunctions.logarithm(min(max(Double(value) + 3, 1e-9), 1e9)))
      }
    }
  }

  mutating func add(_ other: PlaneSums) {
    folded += other.folded
    interior += other.interior
    (smallest, largest) = (min(smallest, other.smallest), max(largest, other.largest))
    logarithm.add(other.logarithm)
    shifted.add(other.shifted)
  }
}

extension DisplacementField {
  /// By what factor the map enlarges volumes at every voxel.
  ///
  /// Negative where it turns the inside out. Differences are central, at the faces one-sided.
  ///
  /// - Complexity: O(voxels) time on all threads.
  public func jacobianDeterminants() -> [Float] {
    let (extent, direction) = (geometry.extent, geometry.direction)
    let steps = [1, extent.x, extent.x * extent.y]
    let sign = direction.determinant < 0 ? -1.0 : 1.0
    let planes = parallelMap(extent.z) { z in
      (0..<extent.x * extent.y).map { index -> Float in
        let place = [index % extent.x, index / extent.x, z]
        let voxel = z * steps[2] + index
        var columns = direction.columns
        for axis in 0..<3 {
          let count = axis == 0 ? extent.x : axis == 1 ? extent.y : extent.z
          let (below, above) = (place[axis] > 0 ? 1 : 0, place[axis] < count - 1 ? 1 : 0)
          guard below + above > 0 else { continue }
          let distance = Double(below + above) * geometry.spacing[axis]
          for component in 0..<3 {
            let values = components[component]
            let difference =
              values[voxel + above * steps[axis]] - values[voxel - below * steps[axis]]
            columns[axis][component] += Double(difference) / distance
          }
        }
        return Float(
          sign * Matrix3(columns: columns[0], columns[1], columns[2]).determinant)
      }
    }
    return planes.flatMap { $0 }
  }
}

import Parallelism
public import Volumes

/// What several raters say of the voxels of one grid: the combinations of their labels that occur,
/// and which one every voxel has.
///
/// Millions of voxels have few combinations, so that consensus methods look at those.
public struct RaterVotes: Sendable {
  /// The labels of all raters, in their order, once for every combination.
  public let combinations: [[LabelMap.Label]]
  /// Number of voxels with each combination.
  public let counts: [Int]
  /// Number of raters.
  public let raters: Int
  /// The grid.
  public let geometry: Geometry
  /// For every voxel the place of its combination.
  let indices: [Int32]

  private init(
    combinations: [[LabelMap.Label]], counts: [Int], raters: Int, geometry: Geometry,
    indices: [Int32]
  ) {
    self.combinations = combinations
    self.counts = counts
    self.raters = raters
    self.geometry = geometry
    self.indices = indices
  }

  /// Compares the masks of one case.
  ///
  /// - Parameter masks: One label map per rater, at least one, on the same grid to a tenth of a voxel.
  /// - Throws: ``RatersError/tooFewRaters(found:needed:)`` or
  ///   ``RatersError/gridMismatch(rater:difference:)``.
  /// - Complexity: O(voxels) for every rater, 4 bytes a voxel.
  public init(_ masks: [LabelMap]) throws(RatersError) {
    guard let first = masks.first else { throw .tooFewRaters(found: 0, needed: 1) }
    for (rater, mask) in masks.enumerated() {
      if let difference = first.geometry.misalignment(of: mask.geometry) {
        throw .gridMismatch(rater: rater, difference: difference)
      }
    }
    var combinations: [[LabelMap.Label]] = [[]]
    var indices = [Int32](repeating: 0, count: first.labels.count)
    for mask in masks {
      var places: [CombinationStep: Int32] = [:]
      var longer: [[LabelMap.Label]] = []
      var last = (step: CombinationStep(index: -1, label: 0), place: Int32(0))
      indices.withUnsafeMutableBufferPointer { indices in
        mask.labels.withUnsafeBufferPointer { labels in
          for voxel in indices.indices {
            let step = CombinationStep(index: indices[voxel], label: labels[voxel])
            // Neighbours nearly always have the same.
            if step != last.step {
              if let place = places[step] {
                last = (step, place)
              } else {
                last = (step, Int32(longer.count))
                places[step] = last.place
                longer.append(combinations[Int(step.index)] + [step.label])
              }
            }
            indices[voxel] = last.place
          }
        }
      }
      combinations = longer
    }
    var counts = [Int](repeating: 0, count: combinations.count)
    for index in indices { counts[Int(index)] += 1 }
    self.combinations = combinations
    self.counts = counts
    self.indices = indices
    raters = masks.count
    geometry = first.geometry
  }

  /// Labels that occur, background included, ascending.
  public var labels: [LabelMap.Label] { Set(combinations.joined()).union([0]).sorted() }

  /// The same votes with label 1 for all labels but background.
  public var asOneStructure: RaterVotes {
    RaterVotes(
      combinations: combinations.map { $0.map { $0 == 0 ? 0 : 1 } }, counts: counts,
      raters: raters, geometry: geometry, indices: indices)
  }

  /// The votes of all raters but one, of one label, which becomes 1.
  func without(_ rater: Int, label: LabelMap.Label) -> RaterVotes {
    RaterVotes(
      combinations: combinations.map { combination in
        combination.indices.filter { $0 != rater }.map { combination[$0] == label ? 1 : 0 }
      }, counts: counts, raters: raters - 1, geometry: geometry, indices: indices)
  }

  /// A label map in which every combination of labels has one label.
  func labelMap(_ labels: [LabelMap.Label]) -> LabelMap {
    LabelMap(labels: indices.map { labels[Int($0)] }, geometry: geometry)
  }

  /// An image in which every combination of labels has one value.
  func image(_ values: [Double]) -> Volume<Float> {
    Volume(voxels: indices.map { Float(values[Int($0)]) }, geometry: geometry)
  }
}

private struct CombinationStep: Hashable {
  let index: Int32
  let label: LabelMap.Label
}

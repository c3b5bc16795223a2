import RandomNumbers
import RegionsOfInterest
public import Volumes

/// A rater who is made up: what they draw instead of the true structures.
///
/// A voxel belongs to the structure whose displaced border it lies deepest behind: where the signed
/// distance to the true border, after shift and rotation, is at most the bias and the smooth random
/// displacement of that border. Parts that do not touch the shifted true structure are removed.
public struct SimulatedRater: Sendable {
  /// One structure as the rater sees it.
  struct Structure: Sendable {
    let label: LabelMap.Label
    /// Without the satellites that are missed.
    let region: Mask
    let box: VoxelBox
    let field: SmoothField
  }

  let structures: [Structure]
  let geometry: Geometry
  let rigid: RigidError
  /// Millimetres for a strength of 1: of the rater, and in every slice.
  let bias: Double
  let sliceBias: [Double]
  let style: RaterStyle
  /// Farthest corner of the structures' box from their centroid.
  let radius: Double

  /// A rater of a case.
  ///
  /// - Parameters:
  ///   - truth: The true structures.
  ///   - style: How the rater differs from them.
  ///   - seed: Equal seeds, cases and numbers give equal raters.
  ///   - name: The case, so that cases differ.
  ///   - number: The rater.
  /// - Throws: ``SimulationError/nothingSegmented`` or
  ///   ``SimulationError/invalidAmount(_:_:_:)``.
  public init(
    of truth: LabelMap, style: RaterStyle, seed: UInt64, case name: String, number: Int
  ) throws(SimulationError) {
    try style.validate()
    var generator = SplitMix64(seed: seed, stream: stream(named: name), number)
    let boxes = truth.boxes.filter { $0.key != 0 }.sorted { $0.key < $1.key }
    guard let first = boxes.first else { throw .nothingSegmented }
    let whole = boxes.reduce(first.value) { $0.union($1.value) }
    let centre = truth.centroid
    rigid = RigidError(style, around: centre, using: &generator)
    bias = style.bias + style.biasSpread * generator.normal()
    let slices: Int
    switch style.sliceAxis {
    case .x: slices = truth.extent.x
    case .y: slices = truth.extent.y
    case .z: slices = truth.extent.z
    }
    sliceBias = generator.normals(slices).map { style.sliceNoise * $0 }
    var structures: [Structure] = []
    for (label, box) in boxes {
      var own = SplitMix64(
        seed: seed, stream: stream(named: name), number, Int(label))
      let field = SmoothField(correlationLength: style.correlationLength, using: &own)
      let region = truth.cropped(to: box).mask(of: [label]).withoutSomeSatellites(
        missing: style.missedSatellites, using: &own)
      structures.append(Structure(label: label, region: region, box: box, field: field))
    }
    self.structures = structures
    self.style = style
    geometry = truth.geometry
    let spacing = truth.geometry.spacing
    radius =
      [whole.x.lowerBound, whole.x.upperBound].flatMap { x in
        [whole.y.lowerBound, whole.y.upperBound].flatMap { y in
          [whole.z.lowerBound, whole.z.upperBound].map { z in
            (Vector3(
              Double(x) * spacing.x, Double(y) * spacing.y, Double(z) * spacing.z)
              - centre).length
          }
        }
      }.max() ?? 0
  }

  /// What the rater draws.
  ///
  /// - Parameter strength: What all amounts are multiplied by, at least 0.
  /// - Returns: A label map on the truth's grid.
  /// - Throws: ``SimulationError/region(_:)`` where memory does not suffice.
  /// - Complexity: Two distance transforms of every structure's box with a margin of the largest
  ///   displacement, and about 1000 operations for each of its voxels where there is noise.
  public func drawing(strength: Double = 1) throws(SimulationError) -> LabelMap {
    try RaterCanvas(self, upToStrength: strength).drawing(strength: strength)
  }
}

extension LabelMap {
  /// Mean place of all labelled voxels, in mm from the first voxel along the grid's axes.
  fileprivate var centroid: Vector3 {
    var (x, y, z, count) = (0, 0, 0, 0)
    for k in 0..<extent.z {
      for j in 0..<extent.y {
        let row = extent.index(0, j, k)
        for i in 0..<extent.x where labels[row + i] != 0 {
          x += i
          y += j
          z += k
          count += 1
        }
      }
    }
    let n = Double(max(count, 1))
    let spacing = geometry.spacing
    return Vector3(
      Double(x) / n * spacing.x, Double(y) / n * spacing.y, Double(z) / n * spacing.z)
  }
}

extension Volume<Bool> {
  /// The mask without some of the parts that are not connected to its largest.
  fileprivate func withoutSomeSatellites(
    missing probability: Double, using generator: inout SplitMix64
  ) -> Mask {
    guard probability > 0 else { return self }
    let parts = ConnectedComponents(of: self, connectivity: .corners)
    var kept: Set<Int> = []
    for (rank, number) in parts.numbers(meeting: []).enumerated()
    where rank == 0 || Double(generator.uniform(0...1)) >= probability {
      kept.insert(number)
    }
    return parts.mask { kept.contains($0) }
  }
}

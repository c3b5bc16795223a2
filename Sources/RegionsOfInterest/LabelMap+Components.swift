public import Volumes

/// Volume of one connected part of a region.
public struct ComponentVolume: Hashable, Sendable {
  /// The region's label.
  public let label: LabelMap.Label
  /// Number of voxels.
  public let voxels: Int
  /// Whether it was kept.
  public let isKept: Bool
}

/// What becomes of the labels of components.
public enum ComponentNumbering: Hashable, Sendable, CaseIterable {
  /// They keep the label of their region.
  case keepLabels
  /// Every component has a number of its own from 1: by ascending labels, the largest first.
  case oneLabelEach
}

extension LabelMap {
  /// The label map with only some connected parts of every region; the others become background.
  ///
  /// Every label is taken apart by itself.
  ///
  /// - Parameters:
  ///   - criteria: What a component must meet to be kept, one after the other; masks in them lie on
  ///     the same grid.
  ///   - connectivity: Which voxels are neighbours.
  ///   - labels: The labels to look at; nil, all but background. The others stay as they are, unless
  ///     components are numbered; then they become background.
  ///   - numbering: What becomes of the labels.
  /// - Returns: A label map on the same grid, and all components by ascending labels, largest first.
  /// - Throws: ``RegionError/absentLabels(_:)``, ``RegionError/gridMismatch(_:)`` or
  ///   ``RegionError/tooManyParts(_:)``.
  public func keepingComponents(
    meeting criteria: [ComponentCriterion], connectivity: Connectivity = .corners,
    labels: [Label]? = nil, numbering: ComponentNumbering = .keepLabels
  ) throws(RegionError) -> (map: LabelMap, components: [ComponentVolume]) {
    for case .touching(let seed) in criteria where seed.extent != extent {
      throw .gridMismatch("expected \(extent) voxels, found \(seed.extent)")
    }
    var result = self
    if numbering == .oneLabelEach {
      result.labels = [Label](repeating: 0, count: self.labels.count)
    }
    var volumes: [ComponentVolume] = []
    var keptBefore = 0
    for (label, box) in try boxes(of: labels) {
      let parts = ConnectedComponents(of: mask(of: label, in: box), connectivity: connectivity)
      let cropped = criteria.map { criterion -> ComponentCriterion in
        if case .touching(let seed) = criterion { return .touching(seed.cropped(to: box)) }
        return criterion
      }
      let all = parts.numbers(meeting: [])
      let kept = parts.numbers(meeting: cropped)
      guard keptBefore + kept.count <= Int(Label.max) || numbering == .keepLabels else {
        throw .tooManyParts(keptBefore + kept.count)
      }
      var newLabels = [Label](repeating: 0, count: parts.count + 1)
      for (rank, number) in kept.enumerated() {
        newLabels[number] = numbering == .keepLabels ? label : Label(keptBefore + rank + 1)
      }
      for run in parts.runs {
        result.fill(run.voxels, ofBox: box, with: newLabels[run.component])
      }
      let isKept = Set(kept)
      volumes += all.map {
        ComponentVolume(label: label, voxels: parts.sizes[$0 - 1], isKept: isKept.contains($0))
      }
      keptBefore += kept.count
    }
    return (result, volumes)
  }

  /// Gives a label to a run of voxels of one row of a box.
  private mutating func fill(_ run: Range<Int>, ofBox box: VoxelBox, with label: Label) {
    let (row, x) = run.lowerBound.quotientAndRemainder(dividingBy: box.x.count)
    let (z, y) = row.quotientAndRemainder(dividingBy: box.y.count)
    let start = extent.index(box.x.lowerBound + x, box.y.lowerBound + y, box.z.lowerBound + z)
    for position in start..<start + run.count { labels[position] = label }
  }
}

public import RegionsOfInterest
public import Volumes

/// How many lesions of a structure a prediction finds, misses and invents.
///
/// A lesion is a connected component. Every pair of a reference's and a prediction's lesion whose
/// intersection over union exceeds a threshold is a candidate; candidates are taken from the largest
/// intersection over union down, and every lesion is taken once at most, ties by the lesions' first
/// voxels. So a lesion predicted in two pieces is one true and one false positive, and two lesions
/// predicted as one are one true positive and one false negative.
public struct LesionCounts: Hashable, Sendable {
  /// Pairs that were matched.
  public var truePositives: Int
  /// Lesions of the prediction without a partner.
  public var falsePositives: Int
  /// Lesions of the reference without a partner.
  public var falseNegatives: Int

  /// Counts of one case.
  public init(truePositives: Int, falsePositives: Int, falseNegatives: Int) {
    self.truePositives = truePositives
    self.falsePositives = falsePositives
    self.falseNegatives = falseNegatives
  }

  /// 2 TP / (2 TP + FP + FN); NaN where neither mask has a lesion.
  public var f1: Double {
    Double(2 * truePositives) / Double(2 * truePositives + falsePositives + falseNegatives)
  }

  /// Share of the reference's lesions that were found; NaN where it has none.
  public var sensitivity: Double {
    Double(truePositives) / Double(truePositives + falseNegatives)
  }

  /// Share of the predicted lesions that are true; NaN where none was predicted.
  public var precision: Double {
    Double(truePositives) / Double(truePositives + falsePositives)
  }

  /// Counts of two sets of cases together.
  public static func + (a: LesionCounts, b: LesionCounts) -> LesionCounts {
    LesionCounts(
      truePositives: a.truePositives + b.truePositives,
      falsePositives: a.falsePositives + b.falsePositives,
      falseNegatives: a.falseNegatives + b.falseNegatives)
  }
}

/// What counts as a lesion, and as found.
public struct LesionSettings: Hashable, Sendable {
  /// Intersection over union that a pair must exceed.
  public var threshold = 0.1
  /// Which voxels belong to one lesion.
  public var connectivity = Connectivity.corners

  /// Pairs above 0.1, voxels connected over faces, edges and corners.
  public init() {}
}

extension LesionCounts {
  /// Matches the lesions of two masks.
  ///
  /// - Parameters:
  ///   - reference: The mask taken as true.
  ///   - prediction: The mask to score, of the same extent.
  ///   - settings: What counts as a lesion, and as found.
  public init(reference: Mask, prediction: Mask, settings: LesionSettings = LesionSettings()) {
    let references = ConnectedComponents(of: reference, connectivity: settings.connectivity)
    let predictions = ConnectedComponents(of: prediction, connectivity: settings.connectivity)
    var candidates: [Candidate] = []
    for (pair, shared) in intersections(references, predictions) {
      let union =
        references.sizes[pair.reference - 1] + predictions.sizes[pair.prediction - 1] - shared
      let overlap = Double(shared) / Double(union)
      if overlap > settings.threshold { candidates.append(Candidate(pair: pair, overlap: overlap)) }
    }
    candidates.sort { $0.precedes($1) }
    var found: Set<Int> = []
    var used: Set<Int> = []
    for candidate in candidates
    where !found.contains(candidate.pair.reference) && !used.contains(candidate.pair.prediction) {
      found.insert(candidate.pair.reference)
      used.insert(candidate.pair.prediction)
    }
    self.init(
      truePositives: found.count, falsePositives: predictions.count - found.count,
      falseNegatives: references.count - found.count)
  }
}

extension LesionCounts {
  /// Bytes that matching takes at most, beside the masks.
  ///
  /// - Parameters:
  ///   - boxVoxels: Voxels of the masks' grid.
  ///   - voxels: Voxels of the larger mask that are set.
  /// - Returns: The bytes.
  static func bytes(boxVoxels: Double, voxels: Double) -> Double {
    // A run has at least one voxel, and another one after it. 80 bytes while components are found, 24 of them kept, and
    // per component its size.
    136 * min(boxVoxels / 2 + 1, voxels)
  }
}

/// Numbers of a reference's and a prediction's lesion.
private struct LesionPair: Hashable {
  let reference: Int
  let prediction: Int
}

private struct Candidate {
  let pair: LesionPair
  let overlap: Double

  func precedes(_ other: Candidate) -> Bool {
    if overlap != other.overlap { return overlap > other.overlap }
    return (pair.reference, pair.prediction) < (other.pair.reference, other.pair.prediction)
  }
}

/// Voxels that every pair of lesions shares, by walking along both masks' runs.
private func intersections(
  _ references: ConnectedComponents, _ predictions: ConnectedComponents
) -> [LesionPair: Int] {
  var shared: [LesionPair: Int] = [:]
  var (first, second) = (0, 0)
  while first < references.runs.count, second < predictions.runs.count {
    let (a, b) = (references.runs[first], predictions.runs[second])
    let overlap = a.voxels.clamped(to: b.voxels).count
    if overlap > 0 {
      shared[LesionPair(reference: a.component, prediction: b.component), default: 0] += overlap
    }
    if a.voxels.upperBound < b.voxels.upperBound { first += 1 } else { second += 1 }
  }
  return shared
}

public import SpatialTransforms
import Volumes

/// What a deformable registration has found.
public struct DeformableResult: Sendable {
  /// How the linear part was found; nil where it was given.
  public var linear: LinearResult?
  /// The linear part, from points of the fixed image to points of the moving image.
  public var linearMap: AffineMap
  /// The whole map from points of the fixed image to points of the moving image, on the fixed image's
  /// grid.
  public var field: DisplacementField
  /// The map back, on the moving image's grid.
  public var inverse: DisplacementField
  /// What happened level by level.
  public var levels: [Level]
  /// How the field changes volumes.
  public var measures: DeformationMeasures
  /// How well the two fields are inverse to one another.
  public var inverseConsistency: InverseConsistency
  /// Rounds of smoothing and shrinking that were needed until the field had no folds.
  public var repairs: Int
  /// Share of the fixed image's points that come to lie in the moving image.
  public var overlap: Double

  /// One level of the search for the velocity.
  public struct Level: Hashable, Sendable {
    /// Spacing of the images in millimetres.
    public var spacing: Double
    /// Steps of the search.
    public var steps: Int
    /// The cost at the level's start.
    public var costBefore: Double
    /// The cost at its end.
    public var costAfter: Double
  }

  /// What makes the result doubtful, one line each.
  public var warnings: [String] {
    var warnings = linear?.warnings ?? []
    if let level = levels.first(where: { !($0.costAfter < $0.costBefore) }) {
      warnings.append(
        "at \(level.spacing) mm the similarity has not improved; look at the result before using it"
      )
    }
    if overlap < 0.5, linear == nil {
      warnings.append(
        "only \(Int((overlap * 100).rounded())) % of the fixed image lie in the moving image")
    }
    if measures.smallest <= 0 {
      warnings.append("the field folds; a stiffer regularity helps")
    } else if measures.smallest < 0.01 || measures.largest > 20 {
      warnings.append(
        "volumes change by factors from \(measures.smallest) to \(measures.largest), which is hardly"
          + " anatomical; a stiffer regularity helps")
    }
    return warnings
  }
}

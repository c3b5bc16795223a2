public import SpatialTransforms
import Volumes

/// What a linear registration has found.
public struct LinearResult: Sendable {
  /// The map from points of the fixed image to points of the moving image, in millimetres (LPS).
  public var map: AffineMap
  /// The metric's cost on the finest level for the images as they came.
  public var costBefore: Double
  /// The cost there for ``map``.
  public var costAfter: Double
  /// What happened level by level, coarse to fine.
  public var levels: [Level]
  /// Share of the fixed image's points that come to lie in the moving image.
  public var overlap: Double
  /// Whether the images' own places in the world, or the given map, were kept because nothing found
  /// was enough better.
  public var keepsInitial: Bool
  /// How far in millimetres the map moves the fixed image's corners at most.
  public var largestDisplacement: Double

  /// One level of the search.
  public struct Level: Hashable, Sendable {
    /// Target spacing in millimetres.
    public var spacing: Double
    /// Points of comparison.
    public var samples: Int
    /// Steps of the search.
    public var steps: Int
    /// The cost at the level's start.
    public var costBefore: Double
    /// The cost at its end.
    public var costAfter: Double
  }

  /// What makes the result doubtful, one line each.
  public var warnings: [String] {
    var warnings: [String] = []
    if keepsInitial {
      warnings.append("nothing better than the given alignment was found; it is kept")
    } else if !(costAfter < costBefore) {
      warnings.append("the similarity has not improved; look at the result before using it")
    }
    if overlap < 0.5 {
      warnings.append(
        "only \(Int((overlap * 100).rounded())) % of the fixed image lie in the moving image")
    }
    let scale = map.matrix.determinant
    if !(0.4...2.5 ~= scale) {
      warnings.append("the volume changes by the factor \(scale), which is hardly anatomical")
    }
    if scale > 0, map.shear > 0.3 {
      warnings.append("axes are sheared by \(map.shear), which is hardly anatomical")
    }
    return warnings
  }
}

extension AffineMap {
  /// The largest cosine between two of the world's axes after the map; 0 for a similarity.
  var shear: Double {
    let columns = matrix.columns
    func cosine(_ a: Int, _ b: Int) -> Double {
      abs(columns[a].dot(columns[b])) / max(columns[a].length * columns[b].length, 1e-30)
    }
    return max(cosine(0, 1), cosine(0, 2), cosine(1, 2))
  }
}

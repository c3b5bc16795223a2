public import Volumes

/// Shells around and inside a tumour, each between two distances from its border.
public struct Shells: Hashable, Sendable {
  /// What becomes of the tumour's own voxels that lie in no shell.
  public enum Tumour: Hashable, Sendable, CaseIterable {
    /// They are background.
    case excluded
    /// They belong to the first shell.
    case inFirstShell
    /// They carry label 1, and shells are numbered from 2.
    case underItsOwnLabel
  }

  /// How distances outside of the tumour are measured.
  public enum Paths: Hashable, Sendable, CaseIterable {
    /// Along straight lines, through whatever lies between.
    case straight
    /// Along the shortest way within what is allowed; see `geodesicDistances(inside:upTo:sliceAxis:)`.
    case geodesic
  }

  /// Ascending distances in mm, every two neighbours bounding a shell; negative ones lie inside.
  public let limits: [Double]
  /// What becomes of the tumour.
  public var tumour = Tumour.excluded
  /// How distances outside of the tumour are measured.
  public var paths = Paths.straight
  /// If not nil, distances are measured within slices perpendicular to this axis.
  public var sliceAxis: GridAxis?

  /// Shells between neighbouring limits.
  ///
  /// - Parameter limits: From 2 to 1000 ascending distances in mm.
  /// - Throws: ``RegionError/invalidShells(_:)``.
  public init(limits: [Double]) throws(RegionError) {
    guard 2...1000 ~= limits.count, limits.allSatisfy(\.isFinite),
      zip(limits, limits.dropFirst()).allSatisfy({ $0 < $1 })
    else { throw .invalidShells(limits) }
    self.limits = limits
  }

  /// Label of the first shell.
  public var firstLabel: LabelMap.Label { tumour == .underItsOwnLabel ? 2 : 1 }
}

/// One shell as it came out.
public struct Shell: Hashable, Sendable {
  /// Such as `peri_0_5` around the tumour, `rim_0_3` inside it, `band_-3_5` across its border.
  public let name: String
  /// Label in the map.
  public let label: LabelMap.Label
  /// Voxels, those of a tumour that belongs to the shell not counted.
  public let voxels: Int
  /// Share of the shell's voxels that lay outside of what was allowed, from 0 to 1; 0 of geodesic
  /// shells, which never lie there, NaN of a shell without voxels.
  public let removedShare: Double
}

extension Shells {
  /// The name of the shell between two neighbouring limits.
  func name(of index: Int) -> String {
    let (lower, upper) = (limits[index], limits[index + 1])
    if lower >= 0 { return "peri_\(text(lower))_\(text(upper))" }
    if upper <= 0 { return "rim_\(text(-upper))_\(text(-lower))" }
    return "band_\(text(lower))_\(text(upper))"
  }

  /// A number without a useless fraction.
  private func text(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }
}

extension Geometry {
  /// How another grid lies beside this one, in words for people, or nil if every voxel lies within a
  /// tenth of a voxel of its counterpart.
  ///
  /// Other programs round spacing and direction to single precision; a flip or a shift by a voxel is
  /// far larger. PyRadiomics and SimpleITK are stricter: ``matches(_:tolerance:)``.
  public func misalignment(of other: Geometry) -> String? {
    guard extent == other.extent else { return "expected \(extent) voxels, found \(other.extent)" }
    let largest = cornerDifference(from: other)
    let allowed = 0.1 * min(spacing.x, spacing.y, spacing.z)
    // NaN in a header must not pass for agreement.
    if largest <= allowed { return nil }
    return
      "their corners are up to \(rounded(largest)) mm apart, allowed are \(rounded(allowed)) mm"
  }
}

private func rounded(_ millimetres: Double) -> Double {
  millimetres.isFinite ? (millimetres * 1000).rounded() / 1000 : millimetres
}

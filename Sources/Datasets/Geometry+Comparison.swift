import Volumes

extension Geometry {
  /// What is wrong with this grid beside that of the case's first image, or nil.
  ///
  /// - Parameters:
  ///   - first: The grid of the first image.
  ///   - tolerance: How far corners may lie apart, as a part of the first grid's smallest spacing.
  /// - Returns: The difference and its cure, for a line that begins with the file.
  func difference(fromFirst first: Geometry, tolerance: Double) -> String? {
    guard extent == first.extent else {
      return "grid differs from the case's first image: expected \(first.extent) voxels, "
        + "found \(extent); resample it onto that image"
    }
    let allowed = tolerance * min(first.spacing.x, first.spacing.y, first.spacing.z)
    let difference = cornerDifference(from: first)
    // A distance that is no number is a difference too.
    if difference <= allowed { return nil }
    return "grid differs from the case's first image by \(millimetres(difference)) mm, "
      + "tolerated are \(millimetres(allowed)) mm; "
      + "resample it onto that image, or copy that image's header if only the header is wrong"
  }
}

/// Three decimals, more for what is smaller.
private func millimetres(_ length: Double) -> String {
  guard length.isFinite else { return "\(length)" }
  let scale = length < 0.01 ? 1e6 : 1e3
  return "\((length * scale).rounded() / scale)"
}

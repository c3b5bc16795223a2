import Volumes

/// A grid described axis by axis, as NRRD and MetaImage do, with an axis of channels among them or
/// not.
struct AxisDescription {
  /// Voxels along every axis of the file.
  var lengths: [Int]
  /// The axis that counts channels: the first, the last or none.
  var channelAxis: Int?
  /// For the two or three other axes, in order: direction times spacing, in LPS.
  var axes: [Vector3]
  var origin: Vector3

  /// The grid; a direction that is not quite perpendicular is repaired.
  func geometry(path: String) throws(VolumeFileError) -> (geometry: Geometry, warnings: [String]) {
    var spatial = lengths
    if let channelAxis { spatial.remove(at: channelAxis) }
    var (axes, warnings) = (axes, [String]())
    precondition(spatial.count == axes.count, "\(axes.count) axes for \(spatial.count) lengths")
    guard (origin + axes.reduce(Vector3(0, 0, 0), +)).isFinite else {
      throw .damagedHeader(path: path, problem: "the grid holds numbers that are not finite")
    }
    while spatial.count < 3 { spatial.append(1) }
    while axes.count < 3 { axes.append(missingAxis(axes)) }

    var spacing = Vector3(1, 1, 1)
    for axis in 0..<3 {
      spacing[axis] = axes[axis].length
      guard spacing[axis] > 0 else {
        throw .damagedHeader(path: path, problem: "the spacing along axis \(axis + 1) is 0")
      }
      axes[axis] = axes[axis] * (1 / spacing[axis])
    }
    var direction = Matrix3(columns: axes[0], axes[1], axes[2])
    let defect = direction.orthonormalityDefect
    if !(defect <= 1e-4) {
      guard defect <= 1e-2, let repaired = direction.nearestOrthonormal else {
        throw .sheared(path: path, defect: defect)
      }
      direction = repaired
      warnings.append(
        "the axes are off the perpendicular by \(defect); the nearest perpendicular axes are used")
    }
    return (
      Geometry(
        extent: Extent(x: spatial[0], y: spatial[1], z: spatial[2]), spacing: spacing,
        origin: origin, direction: direction), warnings
    )
  }

  /// An axis of length 1 that completes a flat picture: perpendicular to the two others.
  private func missingAxis(_ axes: [Vector3]) -> Vector3 {
    guard axes.count == 2 else {
      return abs(axes.first?.x ?? 0) > 0.5 ? Vector3(0, 1, 0) : Vector3(1, 0, 0)
    }
    let (a, b) = (axes[0], axes[1])
    let normal = Vector3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
    return normal.length > 0 ? normal * (1 / normal.length) : Vector3(0, 0, 1)
  }

  var channelCount: Int { channelAxis.map { lengths[$0] } ?? 1 }
}

extension Vector3 {
  var isFinite: Bool { x.isFinite && y.isFinite && z.isFinite }
}

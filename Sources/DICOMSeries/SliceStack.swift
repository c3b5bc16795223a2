import Volumes

/// Slices in the order of their places, checked to form one regular volume.
struct SliceStack {
  let slices: [Slice]
  let geometry: Geometry

  init(_ unordered: [Slice]) throws(DICOMError) {
    for slice in unordered { if let obstacle = slice.obstacle { throw obstacle } }
    let first = unordered[0]
    guard let axes = first.axes, let spacing = first.spacing, first.position != nil else {
      throw .unsupported(
        path: first.path,
        feature: "image without ImagePositionPatient, ImageOrientationPatient or PixelSpacing is",
        cure: "choose a series of slices with places in the patient")
    }
    let normal = cross(axes.x, axes.y)
    var placed: [(slice: Slice, position: Vector3, place: Double)] = []
    for slice in unordered {
      placed.append((slice, try checked(slice, like: first), 0))
      placed[placed.count - 1].place = placed[placed.count - 1].position.dot(normal)
    }
    placed.sort {
      ($0.place, $0.slice.instance, $0.slice.path) < ($1.place, $1.slice.instance, $1.slice.path)
    }

    let start = placed[0]
    for (slice, position, _) in placed {
      let offset = position - start.position
      let aside = (offset - normal * offset.dot(normal)).length
      guard aside <= 0.1 * min(spacing.x, spacing.y) else {
        throw .irregular(
          path: slice.path,
          problem:
            "the slices are not stacked along their normal, this one lies \(rounded(aside)) mm aside"
            + " (tilted gantry)", cure: "resample the series onto a rectangular grid first")
      }
    }
    let depth = try sliceSpacing(placed.map { ($0.slice, $0.place) })
    let extent = Extent(x: first.columns, y: first.rows, z: placed.count)
    guard extent.x * extent.y <= (1 << 31) / extent.z else {
      throw .unsupported(
        path: first.path, feature: "volume of \(extent) voxels, more than 2^31,",
        cure: "crop the series")
    }
    slices = placed.map(\.slice)
    geometry = Geometry(
      extent: extent, spacing: Vector3(spacing.x, spacing.y, depth), origin: start.position,
      direction: Matrix3(columns: axes.x, axes.y, normal))
  }
}

/// The position of a slice that agrees with the first in size, orientation and spacing.
private func checked(_ slice: Slice, like first: Slice) throws(DICOMError) -> Vector3 {
  guard slice.columns == first.columns, slice.rows == first.rows else {
    throw .irregular(
      path: slice.path,
      problem:
        "\(slice.columns) x \(slice.rows) voxels, expected \(first.columns) x \(first.rows) as in"
        + " \(first.path)", cure: "keep slices of one size in the series")
  }
  guard let position = slice.position, let axes = slice.axes, let spacing = slice.spacing,
    let expected = first.axes, let pixel = first.spacing,
    (axes.x - expected.x).length < 1e-3, (axes.y - expected.y).length < 1e-3,
    abs(spacing.x - pixel.x) < 1e-3 * pixel.x, abs(spacing.y - pixel.y) < 1e-3 * pixel.y
  else {
    throw .irregular(
      path: slice.path,
      problem: "orientation, position or spacing missing or other than in \(first.path)",
      cure: "keep parallel slices of one spacing in the series (a scout belongs in another folder)")
  }
  return position
}

/// The median distance of successive slices in mm, from which none may deviate by more than 1 %, or
/// 0.01 mm if that is more.
private func sliceSpacing(_ slices: [(slice: Slice, place: Double)]) throws(DICOMError) -> Double {
  guard slices.count > 1 else {
    let thickness = slices[0].slice.thickness ?? 1
    return thickness > 0 ? thickness : 1
  }
  let gaps = zip(slices.dropFirst(), slices).map { $0.place - $1.place }
  for (index, gap) in gaps.enumerated() where gap < 1e-4 {
    throw .irregular(
      path: slices[index + 1].slice.path,
      problem: "lies in the same place as \(slices[index].slice.path)",
      cure: "keep one of the two, or one point in time, in the folder")
  }
  let sorted = gaps.sorted()
  let half = sorted.count / 2
  let median = sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
  let allowed = max(0.01 * median, 0.01)
  let odd = gaps.indices.filter { abs(gaps[$0] - median) > allowed }
  guard odd.isEmpty else {
    throw .missingSlice(
      path: slices[odd[0]].slice.path, spacing: rounded(median),
      gaps: odd.map { index in
        "\(rounded(slices[index].place)) and \(rounded(slices[index + 1].place)) mm along the normal (gap"
          + " \(rounded(gaps[index])) mm)"
      })
  }
  return median
}

private func cross(_ a: Vector3, _ b: Vector3) -> Vector3 {
  Vector3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}

private func rounded(_ millimetres: Double) -> Double { (millimetres * 1000).rounded() / 1000 }

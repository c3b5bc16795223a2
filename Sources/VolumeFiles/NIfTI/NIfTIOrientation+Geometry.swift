import CNIfTI
import Volumes

/// ITK's limit for axes to be perpendicular, 1e-4, with room for the rounding of the header's
/// single precision.
private let perpendicularTolerance = 1.05e-4

extension NIfTIOrientation {
  /// A grid and what is to be said about how it was found.
  struct Reading {
    var geometry: Geometry
    var warnings: [String] = []
  }

  /// One of the header's two transforms: unit columns and an offset, in RAS and the file's units.
  private struct Candidate {
    var direction: Matrix3
    var offset: Vector3
  }

  /// The grid that these fields mean, chosen between qform and sform as ITK 5.4 does.
  ///
  /// Both agree to 1e-5: the sform. Else the sform if its axes are perpendicular and there is no
  /// qform or the sform's code is 1 (scanner). Else the qform. Else, where ITK gives up, an sform
  /// whose axes are perpendicular to 0.01, repaired. The spacing is `pixdim`'s in every case.
  /// Without either transform the axes are those of the world (LPS) and the origin is 0.
  ///
  /// - Source: ITK 5.4's behaviour, found by trying; committed as test fixtures.
  func geometry(of extent: Extent, path: String) throws(VolumeFileError) -> Reading {
    var warnings: [String] = []
    let scale = millimetresPerUnit
    let (spacing, flips) = spacing(&warnings)
    let (q, s) = (quaternionTransform, rowTransform)
    let sDefect = s?.direction.orthonormalityDefect ?? .infinity
    let sForm = sDefect <= perpendicularTolerance ? s : nil

    func grid(_ candidate: Candidate) -> Geometry {
      var direction = candidate.direction
      var origin = candidate.offset * scale
      // RAS to LPS; ITK turns an axis round where pixdim is negative.
      for axis in 0..<3 {
        let column = direction.columns[axis]
        direction.columns[axis] =
          Vector3(-column.x, -column.y, column.z) * (flips[axis] ? -1 : 1)
      }
      origin = Vector3(-origin.x, -origin.y, origin.z)
      return Geometry(
        extent: extent, spacing: spacing * scale, origin: origin, direction: direction)
    }

    var geometry: Geometry
    if let sForm, q == nil || sformCode == 1 || q.map({ agree(sForm, $0, spacing) }) == true {
      geometry = grid(sForm)
      warn(&warnings, using: (geometry, "sform"), notUsing: q.map { (grid($0), "qform") })
      if let ratio = rowScaleMismatch(spacing) {
        warnings.append(
          "the sform's spacing is \(ratio) times pixdim's; pixdim's is used, as ITK does")
      }
    } else if let q {
      geometry = grid(q)
      warn(&warnings, using: (geometry, "qform"), notUsing: sForm.map { (grid($0), "sform") })
      if s != nil, sForm == nil {
        warnings.append("the sform's axes are not perpendicular; the qform is used")
      }
    } else if let s {
      guard sDefect <= 1e-2, let repaired = s.direction.nearestOrthonormal else {
        throw .sheared(path: path, defect: sDefect)
      }
      geometry = grid(Candidate(direction: repaired, offset: s.offset))
      warnings.append(
        "the sform's axes are off the perpendicular by \(sDefect); the nearest perpendicular axes are used"
      )
    } else if qformCode > 0 || sformCode > 0 {
      throw .damagedHeader(path: path, problem: "the orientation holds numbers that are not finite")
    } else {
      let lps = Matrix3(columns: Vector3(-1, 0, 0), Vector3(0, -1, 0), Vector3(0, 0, 1))
      geometry = grid(Candidate(direction: lps, offset: Vector3(0, 0, 0)))
      warnings.append("the header tells no orientation (qform_code and sform_code are 0)")
    }
    geometry.niftiOrientation = self
    return Reading(geometry: geometry, warnings: warnings)
  }

  /// Millimetres in the file's unit of length; an unknown unit is taken for mm.
  private var millimetresPerUnit: Double {
    switch units & 7 {
    case 1: 1000
    case 3: 0.001
    default: 1
    }
  }

  /// `pixdim[1 ... 3]`, made positive, and which axes were negative.
  private func spacing(_ warnings: inout [String]) -> (Vector3, flips: [Bool]) {
    var (spacing, flips) = (Vector3(1, 1, 1), [false, false, false])
    for axis in 0..<3 {
      let stored = pixdim[axis + 1]
      if stored.isFinite, stored != 0 {
        spacing[axis] = abs(stored)
        flips[axis] = stored < 0
      }
      // The third axis of a flat image has no spacing to speak of.
      if !(stored > 0 && stored.isFinite), axis < gridAxes {
        warnings.append("the spacing along axis \(axis + 1) is \(stored); \(spacing[axis]) is used")
      }
    }
    return (spacing, flips)
  }

  private var quaternionTransform: Candidate? {
    guard qformCode > 0, (quaternion + offset).allSatisfy(\.isFinite) else { return nil }
    let m = nifti_quatern_to_dmat44(
      quaternion[0], quaternion[1], quaternion[2], 0, 0, 0, 1, 1, 1, pixdim[0] < 0 ? -1 : 1
    ).m
    let direction = Matrix3(
      columns: Vector3(m.0.0, m.1.0, m.2.0), Vector3(m.0.1, m.1.1, m.2.1),
      Vector3(m.0.2, m.1.2, m.2.2))
    return Candidate(direction: direction, offset: Vector3(offset[0], offset[1], offset[2]))
  }

  private var rowTransform: Candidate? {
    guard sformCode > 0, rows.allSatisfy(\.isFinite) else { return nil }
    let lengths = rowLengths
    guard lengths.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    let columns = (0..<3).map {
      Vector3(rows[$0], rows[4 + $0], rows[8 + $0]) * (1 / lengths[$0])
    }
    return Candidate(
      direction: Matrix3(columns: columns[0], columns[1], columns[2]),
      offset: Vector3(rows[3], rows[7], rows[11]))
  }

  /// Lengths of the columns of the rows' matrix: the spacing by the sform.
  private var rowLengths: [Double] {
    (0..<3).map { Vector3(rows[$0], rows[4 + $0], rows[8 + $0]).length }
  }

  private func agree(_ s: Candidate, _ q: Candidate, _ spacing: Vector3) -> Bool {
    let lengths = rowLengths
    for axis in 0..<3 {
      let a = s.direction.columns[axis] * lengths[axis]
      let b = q.direction.columns[axis] * spacing[axis]
      guard abs(s.offset[axis] - q.offset[axis]) <= 1e-5,
        (0..<3).allSatisfy({ abs(a[$0] - b[$0]) <= 1e-5 })
      else { return false }
    }
    return true
  }

  /// The sform's spacing over pixdim's, as a text, if it is off by more than a thousandth.
  private func rowScaleMismatch(_ spacing: Vector3) -> String? {
    let ratios = (0..<3).map { rowLengths[$0] / spacing[$0] }
    guard ratios.contains(where: { abs($0 - 1) > 1e-3 }) else { return nil }
    return ratios.map { "\(($0 * 1e4).rounded() / 1e4)" }.joined(separator: ", ")
  }

  private func warn(
    _ warnings: inout [String], using used: (geometry: Geometry, name: String),
    notUsing other: (geometry: Geometry, name: String)?
  ) {
    guard let other else { return }
    let difference = used.geometry.cornerDifference(from: other.geometry)
    guard !(difference <= 1e-3) else { return }
    let rounded = (difference * 1e3).rounded() / 1e3
    warnings.append(
      "qform (code \(qformCode)) and sform (code \(sformCode)) differ by \(rounded) mm; the \(used.name)"
        + " is used, as ITK does")
  }
}

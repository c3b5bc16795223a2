import Volumes

/// The three planes in which volumes are read.
enum SlicePlane: CaseIterable {
  /// Seen from the feet: the patient's right on the left, the front at the top.
  case axial
  /// Seen from the front: the patient's right on the left, the head at the top.
  case coronal
  /// Seen from the patient's left: the front on the left, the head at the top.
  case sagittal

  var name: String {
    switch self {
    case .axial: "axial"
    case .coronal: "coronal"
    case .sagittal: "sagittal"
    }
  }

  /// The sides of the body at the left and right end of a row.
  var sides: (String, String) { self == .sagittal ? ("A", "P") : ("R", "L") }

  /// Pixels across and down of a slice of a volume whose axes run left, posterior, superior.
  func size(_ extent: Extent) -> (across: Int, down: Int) {
    switch self {
    case .axial: (extent.x, extent.y)
    case .coronal: (extent.x, extent.z)
    case .sagittal: (extent.y, extent.z)
    }
  }

  /// Millimetres per pixel across and down.
  func spacing(_ spacing: Vector3) -> (across: Float, down: Float) {
    switch self {
    case .axial: (Float(spacing.x), Float(spacing.y))
    case .coronal: (Float(spacing.x), Float(spacing.z))
    case .sagittal: (Float(spacing.y), Float(spacing.z))
    }
  }

  /// Place in memory of a slice's pixel; the head is at the top.
  func index(_ extent: Extent, slice: Int, across: Int, down: Int) -> Int {
    switch self {
    case .axial: extent.index(across, down, slice)
    case .coronal: extent.index(across, slice, extent.z - 1 - down)
    case .sagittal: extent.index(slice, across, extent.z - 1 - down)
    }
  }
}

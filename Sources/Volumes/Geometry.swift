/// Where the voxels of a volume lie in the patient: extent, spacing, origin and direction.
///
/// The world is LPS (x to the patient's left, y to posterior, z to superior), as in ITK and DICOM;
/// NIfTI's RAS is converted when a file is read. Voxel (i, j, k) has its centre at `origin +
/// direction * (spacing * (i, j, k))`.
public struct Geometry: Sendable {
  /// Numbers of voxels along x, y, z.
  public var extent: Extent
  /// Distance in mm between the centres of neighbouring voxels along x, y, z; positive.
  public var spacing: Vector3
  /// World position in mm (LPS) of the centre of voxel (0, 0, 0).
  public var origin: Vector3
  /// Columns are the unit vectors, in the world, of the voxel axes.
  public var direction: Matrix3
  /// The orientation fields of the NIfTI header this geometry was read from, so that a mask can
  /// repeat them bit for bit.
  ///
  /// It takes no part in comparisons and is dropped by whatever changes the grid.
  public var niftiOrientation: NIfTIOrientation?

  /// A grid in LPS world coordinates.
  public init(
    extent: Extent, spacing: Vector3 = Vector3(1, 1, 1), origin: Vector3 = Vector3(0, 0, 0),
    direction: Matrix3 = .identity
  ) {
    self.extent = extent
    self.spacing = spacing
    self.origin = origin
    self.direction = direction
  }

  /// World position in mm (LPS) of a point given in voxels.
  public func worldPoint(ofVoxel voxel: Vector3) -> Vector3 {
    origin + direction * Vector3(voxel.x * spacing.x, voxel.y * spacing.y, voxel.z * spacing.z)
  }

  /// Volume of one voxel in cubic millimetres.
  public var voxelVolume: Double { spacing.x * spacing.y * spacing.z }
}

/// The orientation fields of a NIfTI header as they stand in the file.
///
/// - Source: NIfTI-1 and NIfTI-2 header definitions, nifti.nimh.nih.gov.
public struct NIfTIOrientation: Hashable, Sendable {
  /// Code of the quaternion transform; 0 where absent.
  public var qformCode: Int32
  /// Code of the affine transform; 0 where absent.
  public var sformCode: Int32
  /// `pixdim[0 ... 7]`: handedness (-1 or 1), then the spacing along x, y, z and the other axes in
  /// the file's units.
  public var pixdim: [Double]
  /// Quaternion parameters b, c, d.
  public var quaternion: [Double]
  /// Quaternion offsets x, y, z.
  public var offset: [Double]
  /// `srow_x`, `srow_y`, `srow_z`: twelve numbers, row by row.
  public var rows: [Double]
  /// Units of space and time as coded in `xyzt_units`.
  public var units: Int32
  /// Axes of the grid in the file, 2 or 3: a mask of a flat image is flat too.
  public var gridAxes: Int

  /// The fields of one header.
  public init(
    qformCode: Int32, sformCode: Int32, pixdim: [Double], quaternion: [Double], offset: [Double],
    rows: [Double], units: Int32, gridAxes: Int = 3
  ) {
    self.qformCode = qformCode
    self.sformCode = sformCode
    self.pixdim = pixdim
    self.quaternion = quaternion
    self.offset = offset
    self.rows = rows
    self.units = units
    self.gridAxes = gridAxes
  }
}

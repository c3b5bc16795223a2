import CNIfTI
import FileOutput
import Volumes

/// Writes NIfTI-1, or NIfTI-2 where an axis is longer than NIfTI-1 can say.
struct NIfTIWriter {
  let path: String
  let geometry: Geometry
  let type: VoxelType
  let channelCount: Int
  /// Whether the channels are the components of one vector per voxel, stored along a fifth axis.
  var isVector = false

  /// Writes header and voxels, one buffer of stored bytes per channel.
  func write(_ channels: [UnsafeRawBufferPointer], level: Int) throws(VolumeFileError) {
    let names = NIfTINames(path)
    guard names.isPair else {
      try writeCompressible(to: path, header: header(isSingleFile: true), channels, level)
      return
    }
    let pair = names.pairToWrite
    // The header last: until it is there, nobody takes the voxels for an image.
    try writeCompressible(to: pair.voxels, header: [], channels, level)
    try writeCompressible(to: pair.header, header: header(isSingleFile: false), [], level)
  }

  private func writeCompressible(
    to path: String, header: [UInt8], _ channels: [UnsafeRawBufferPointer], _ level: Int
  ) throws(VolumeFileError) {
    let output = try VoxelOutput(
      path, path.lowercased().hasSuffix(".gz") ? .gzip(level: level) : .none)
    try output.write(header)
    for channel in channels { try output.write(channel) }
    try output.commit()
  }

  private var code: Int16 {
    switch type {
    case .uint8: 2
    case .int16: 4
    case .int32: 8
    case .float32: 16
    case .float64: 64
    case .int8: 256
    case .uint16: 512
    case .uint32: 768
    case .int64: 1024
    case .uint64: 1280
    }
  }

  private var dim: [Int] {
    let extent = geometry.extent
    if isVector { return [5, extent.x, extent.y, extent.z, 1, channelCount, 1, 1] }
    var axes = channelCount > 1 ? 4 : 3
    if channelCount == 1, extent.z == 1, orientation.gridAxes == 2 { axes = 2 }
    return [axes, extent.x, extent.y, extent.z, channelCount, 1, 1, 1]
  }

  /// The fields of the file the grid was read from, as long as they still mean this grid; else new
  /// ones.
  var orientation: NIfTIOrientation {
    if let stored = geometry.niftiOrientation,
      let reading = try? stored.geometry(of: geometry.extent, path: path),
      reading.geometry.matches(geometry, tolerance: 1e-9)
    {
      return stored
    }
    return NIfTIOrientation(writing: geometry)
  }

  /// `intent_code`: none, or vectors.
  private var intent: Int16 { isVector ? 1007 : 0 }

  private func header(isSingleFile: Bool) -> [UInt8] {
    let orientation = orientation
    return dim.allSatisfy { $0 <= Int(Int16.max) }
      ? one(orientation, isSingleFile) : two(orientation, isSingleFile)
  }

  private func one(_ orientation: NIfTIOrientation, _ isSingleFile: Bool) -> [UInt8] {
    var header = nifti_1_header()
    header.sizeof_hdr = 348
    header.regular = CChar(UInt8(ascii: "r"))
    Self.fill(&header.dim, dim.map { Int16(clamping: $0) })
    header.datatype = code
    header.intent_code = intent
    header.bitpix = Int16(type.byteCount * 8)
    Self.fill(&header.pixdim, orientation.pixdim.map { Float($0) })
    header.vox_offset = isSingleFile ? 352 : 0
    header.scl_slope = 1
    header.xyzt_units = CChar(truncatingIfNeeded: orientation.units)
    header.qform_code = Int16(truncatingIfNeeded: orientation.qformCode)
    header.sform_code = Int16(truncatingIfNeeded: orientation.sformCode)
    (header.quatern_b, header.quatern_c, header.quatern_d) = (
      Float(orientation.quaternion[0]), Float(orientation.quaternion[1]),
      Float(orientation.quaternion[2])
    )
    (header.qoffset_x, header.qoffset_y, header.qoffset_z) = (
      Float(orientation.offset[0]), Float(orientation.offset[1]), Float(orientation.offset[2])
    )
    let rows = orientation.rows.map { Float($0) }
    Self.fill(&header.srow_x, Array(rows[0..<4]))
    Self.fill(&header.srow_y, Array(rows[4..<8]))
    Self.fill(&header.srow_z, Array(rows[8..<12]))
    Self.fill(&header.magic, Array((isSingleFile ? "n+1\0" : "ni1\0").utf8))
    // Four zero bytes: no extensions.
    return withUnsafeBytes(of: header) { Array($0) } + (isSingleFile ? [0, 0, 0, 0] : [])
  }

  private func two(_ orientation: NIfTIOrientation, _ isSingleFile: Bool) -> [UInt8] {
    var header = nifti_2_header()
    header.sizeof_hdr = 540
    Self.fill(
      &header.magic, Array((isSingleFile ? "n+2\0" : "ni2\0").utf8) + [0x0D, 0x0A, 0x1A, 0x0A])
    header.datatype = code
    header.intent_code = Int32(intent)
    header.bitpix = Int16(type.byteCount * 8)
    Self.fill(&header.dim, dim.map { Int64($0) })
    Self.fill(&header.pixdim, orientation.pixdim)
    header.vox_offset = isSingleFile ? 544 : 0
    header.scl_slope = 1
    header.xyzt_units = orientation.units
    header.qform_code = orientation.qformCode
    header.sform_code = orientation.sformCode
    (header.quatern_b, header.quatern_c, header.quatern_d) = (
      orientation.quaternion[0], orientation.quaternion[1], orientation.quaternion[2]
    )
    (header.qoffset_x, header.qoffset_y, header.qoffset_z) = (
      orientation.offset[0], orientation.offset[1], orientation.offset[2]
    )
    Self.fill(&header.srow_x, Array(orientation.rows[0..<4]))
    Self.fill(&header.srow_y, Array(orientation.rows[4..<8]))
    Self.fill(&header.srow_z, Array(orientation.rows[8..<12]))
    // The structure may be padded behind its 540 bytes.
    return withUnsafeBytes(of: header) { Array($0.prefix(540)) }
      + (isSingleFile ? [0, 0, 0, 0] : [])
  }

  /// Copies into a C array, which Swift sees as a tuple.
  private static func fill<Tuple, Element>(_ tuple: inout Tuple, _ elements: [Element]) {
    withUnsafeMutableBytes(of: &tuple) { target in
      elements.withUnsafeBytes { source in
        precondition(source.count == target.count, "\(source.count) of \(target.count) bytes")
        target.copyMemory(from: source)
      }
    }
  }
}

extension NIfTIOrientation {
  /// Fields for a grid that was not read from a NIfTI file: both transforms, code 1 (scanner),
  /// millimetres and seconds.
  init(writing geometry: Geometry) {
    let affine = geometry.affineRAS
    var m = nifti_dmat44()
    withUnsafeMutableBytes(of: &m) { bytes in
      let values = bytes.bindMemory(to: Double.self)
      for row in 0..<3 { for column in 0..<4 { values[4 * row + column] = affine[row][column] } }
      values[15] = 1
    }
    var (b, c, d, x, y, z) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    var (dx, dy, dz, handedness) = (0.0, 0.0, 0.0, 0.0)
    nifti_dmat44_to_quatern(m, &b, &c, &d, &x, &y, &z, &dx, &dy, &dz, &handedness)
    self.init(
      qformCode: 1, sformCode: 1,
      pixdim: [
        handedness, geometry.spacing.x, geometry.spacing.y, geometry.spacing.z, 1, 1, 1, 1,
      ],
      quaternion: [b, c, d], offset: [x, y, z], rows: affine.flatMap { $0 }, units: 10)
  }
}

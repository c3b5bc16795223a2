import CNIfTI
import Volumes

/// The fields of a NIfTI-1 or NIfTI-2 header, or of an Analyze 7.5 header, in the machine's byte
/// order.
struct NIfTIHeader {
  /// Which of the three layouts.
  enum Version {
    case analyze
    case one
    case two
  }

  var version: Version
  /// Whether the file's byte order is not the machine's.
  var isSwapped = false
  /// Whether the voxels follow in the same file.
  var isSingleFile = true
  /// `dim[0 ... 7]`.
  var dim: [Int]
  /// Code of the voxel type.
  var datatype: Int32
  var voxOffset: Double
  var slope = 1.0
  var intercept = 0.0
  /// What the numbers mean, `intent_code`.
  var intent: Int32 = 0
  var orientation: NIfTIOrientation

  /// Parses the first bytes of a file.
  ///
  /// - Parameters:
  ///   - bytes: 540, or as many as there are.
  ///   - path: Named by errors.
  /// - Throws: ``VolumeFileError/damagedHeader(path:problem:)``.
  init(_ bytes: [UInt8], path: String) throws(VolumeFileError) {
    guard bytes.count >= 348 else {
      throw .damagedHeader(
        path: path, problem: "\(bytes.count) bytes, expected a NIfTI header of 348 or 540")
    }
    let size = bytes.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    switch size {
    case 348: self.init(one: Self.load(bytes), isSwapped: false)
    case UInt32(348).byteSwapped: self.init(one: Self.load(bytes), isSwapped: true)
    case 540, UInt32(540).byteSwapped:
      guard bytes.count >= 540 else {
        throw .damagedHeader(
          path: path, problem: "\(bytes.count) bytes, expected a NIfTI-2 header of 540")
      }
      self.init(two: Self.load(bytes), isSwapped: size != 540)
    default:
      throw .damagedHeader(
        path: path, problem: "the header's first number is \(size), expected 348 or 540 (NIfTI)")
    }
  }

  private init(one stored: nifti_1_header, isSwapped: Bool) {
    var header = stored
    let magic = Self.array(header.magic, of: CChar.self).prefix(3)
    let isNIfTI = magic == [0x6E, 0x2B, 0x31] || magic == [0x6E, 0x69, 0x31]
    if isSwapped { nifti_swap_as_nifti1(&header) }
    version = isNIfTI ? .one : .analyze
    self.isSwapped = isSwapped
    isSingleFile = isNIfTI && magic[1] == 0x2B
    dim = Self.array(header.dim, of: Int16.self).map { Int($0) }
    datatype = Int32(header.datatype)
    voxOffset = Double(header.vox_offset)
    let pixdim = Self.array(header.pixdim, of: Float.self).map { Double($0) }
    guard isNIfTI else {
      // These bytes have another meaning in Analyze, which knows no orientation.
      orientation = NIfTIOrientation(
        qformCode: 0, sformCode: 0, pixdim: pixdim, quaternion: [0, 0, 0], offset: [0, 0, 0],
        rows: [Double](repeating: 0, count: 12), units: 0)
      return
    }
    slope = Double(header.scl_slope)
    intercept = Double(header.scl_inter)
    intent = Int32(header.intent_code)
    let rows = [header.srow_x, header.srow_y, header.srow_z].flatMap {
      Self.array($0, of: Float.self).map { Double($0) }
    }
    orientation = NIfTIOrientation(
      qformCode: Int32(header.qform_code), sformCode: Int32(header.sform_code), pixdim: pixdim,
      quaternion: [header.quatern_b, header.quatern_c, header.quatern_d].map { Double($0) },
      offset: [header.qoffset_x, header.qoffset_y, header.qoffset_z].map { Double($0) },
      rows: rows, units: Int32(UInt8(bitPattern: header.xyzt_units)))
  }

  private init(two stored: nifti_2_header, isSwapped: Bool) {
    var header = stored
    if isSwapped { nifti_swap_as_nifti2(&header) }
    version = .two
    self.isSwapped = isSwapped
    isSingleFile = Self.array(header.magic, of: CChar.self)[1] == 0x2B
    dim = Self.array(header.dim, of: Int64.self).map { Int($0) }
    datatype = Int32(header.datatype)
    voxOffset = Double(header.vox_offset)
    slope = header.scl_slope
    intercept = header.scl_inter
    intent = header.intent_code
    orientation = NIfTIOrientation(
      qformCode: header.qform_code, sformCode: header.sform_code,
      pixdim: Self.array(header.pixdim, of: Double.self),
      quaternion: [header.quatern_b, header.quatern_c, header.quatern_d],
      offset: [header.qoffset_x, header.qoffset_y, header.qoffset_z],
      rows: [header.srow_x, header.srow_y, header.srow_z].flatMap {
        Self.array($0, of: Double.self)
      },
      units: header.xyzt_units)
  }

  private static func load<Header: BitwiseCopyable>(_ bytes: [UInt8]) -> Header {
    bytes.withUnsafeBytes { $0.loadUnaligned(as: Header.self) }
  }

  /// A C array, which Swift sees as a tuple.
  private static func array<Tuple, Element>(_ tuple: Tuple, of: Element.Type) -> [Element] {
    withUnsafeBytes(of: tuple) { Array($0.bindMemory(to: Element.self)) }
  }
}

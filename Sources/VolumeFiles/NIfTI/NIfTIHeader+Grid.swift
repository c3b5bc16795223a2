import CNIfTI
import Volumes

extension NIfTIHeader {
  /// The grid's lengths and the channels that the dimensions mean.
  struct Shape {
    var extent: Extent
    var channelCount: Int
    /// Axes in the file: 2, 3 or 4.
    var dimensions: Int
  }

  /// Reads `dim`, distrusting it.
  func shape(path: String) throws(VolumeFileError) -> Shape {
    let axes = dim[0]
    guard (1...7).contains(axes) else {
      throw .damagedHeader(path: path, problem: "\(axes) dimensions, expected 1 to 7")
    }
    var lengths = [Int](repeating: 1, count: 7)
    for axis in 0..<axes {
      // Some programs leave 0 for the axes behind the third.
      guard dim[axis + 1] >= 1 || axis >= 3 && dim[axis + 1] == 0 else {
        throw .damagedHeader(
          path: path, problem: "dimension \(axis + 1) has length \(dim[axis + 1])")
      }
      lengths[axis] = max(1, dim[axis + 1])
    }
    guard lengths[3...].count(where: { $0 > 1 }) <= 1 else {
      throw .unsupported(
        path: path, feature: "more than one axis beside x, y and z (\(dim[1...axes]))",
        cure: "split the series first")
    }
    let channels = lengths[3...].max() ?? 1
    return Shape(
      extent: Extent(x: lengths[0], y: lengths[1], z: lengths[2]), channelCount: channels,
      dimensions: channels > 1 ? 4 : axes <= 2 ? 2 : 3)
  }

  /// The type of a number and how many of them a voxel has.
  func voxelType(path: String) throws(VolumeFileError) -> (type: VoxelType, components: Int) {
    switch datatype {
    case 2: return (.uint8, 1)
    case 4: return (.int16, 1)
    case 8: return (.int32, 1)
    case 16: return (.float32, 1)
    case 64: return (.float64, 1)
    case 128: return (.uint8, 3)
    case 256: return (.int8, 1)
    case 512: return (.uint16, 1)
    case 768: return (.uint32, 1)
    case 1024: return (.int64, 1)
    case 1280: return (.uint64, 1)
    case 2304: return (.uint8, 4)
    default:
      let name = nifti_datatype_to_string(datatype).map { String(cString: $0) } ?? "?"
      throw .unsupported(
        path: path, feature: "the voxel type \(name) (code \(datatype)) is",
        cure: "convert the image to an integer or float type")
    }
  }

  /// Where the voxels begin in their file.
  func dataOffset(path: String) throws(VolumeFileError) -> Int {
    let smallest = isSingleFile ? (version == .two ? 540 : 348) : 0
    if voxOffset == 0 { return isSingleFile ? smallest + 4 : 0 }
    guard voxOffset >= Double(smallest), voxOffset < 0x1p53,
      voxOffset == voxOffset.rounded(.towardZero)
    else {
      throw .damagedHeader(
        path: path, problem: "the voxels begin at byte \(voxOffset), expected \(smallest) or more")
    }
    return Int(voxOffset)
  }

  /// The scaling that the standard asks for: none where the slope is 0 or not a number, whatever
  /// the intercept.
  var scaling: (slope: Double, intercept: Double)? {
    let intercept = intercept.isFinite ? intercept : 0
    guard slope.isFinite, slope != 0, slope != 1 || intercept != 0 else { return nil }
    return (slope, intercept)
  }
}

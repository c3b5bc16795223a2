import Volumes

/// Opens a MetaImage with its voxels inside or beside it.
func openMetaImage(_ path: String) throws(VolumeFileError) -> any VoxelSource {
  let file = try InputFile(path)
  let fields = try MetaImageHeader(file)
  let type = try fields.voxelType()
  let components = try fields.integer("elementnumberofchannels") ?? 1
  var axes = try fields.axes()
  guard components == 1 || axes.channelAxis == nil else {
    throw .unsupported(
      path: path, feature: "a series of vector images is", cure: "split the series first")
  }
  let dimensions = axes.lengths.count
  let isInterleaved = components != 1
  if isInterleaved {
    axes.lengths.insert(components, at: 0)
    axes.channelAxis = 0
  }
  let (geometry, warnings) = try axes.geometry(path: path)
  var header = VolumeHeader(
    format: .metaImage, geometry: geometry, dimensions: dimensions,
    channelCount: axes.channelCount, voxelType: type)
  header.warnings = warnings

  let isCompressed = fields.flag("compresseddata") ?? false
  var (source, start) = (file, fields.length)
  let name = fields.field("elementdatafile") ?? ""
  if name.uppercased() != "LOCAL" {
    guard name != "LIST", !name.contains("%"), words(name).count == 1 || !name.contains(" 1") else {
      throw .unsupported(
        path: path, feature: "voxels in several files are", cure: "write them to one file")
    }
    (source, start) = (try InputFile(VolumeFiles.path(name, beside: path)), 0)
  }
  let skipped = try fields.integer("headersize") ?? 0
  if skipped == -1, !isCompressed {
    // The voxels are the end of the file.
    start = max(start, source.size - (try storedBytes(of: header, at: path)))
  } else if skipped > 0 {
    start = min(source.size, skipped)
  }
  let stream = try ByteStream(source, from: start, isCompressed ? .deflate : .none)
  if fields.flag("binarydata") == false, !isCompressed {
    return try TextVoxelSource(
      header: header, stream: stream, isInterleaved: isInterleaved, leading: 0)
  }
  let isBigEndian = fields.flag("binarydatabyteordermsb", "elementbyteordermsb") ?? false
  return try RawVoxelSource(
    header: header, stream: stream,
    encoding: VoxelEncoding(type: type, isSwapped: isBigEndian && type.byteCount > 1),
    isInterleaved: isInterleaved, leading: 0)
}

extension MetaImageHeader {
  /// The axes of the file; a fourth counts volumes.
  fileprivate func axes() throws(VolumeFileError) -> AxisDescription {
    guard let dimension = try integer("ndims"), (2...4).contains(dimension) else {
      throw .unsupported(
        path: path, feature: "NDims = '\(field("ndims")?.prefix(20) ?? "")' is",
        cure: "write an image of 2, 3 or 4 axes")
    }
    let lengths = words(field("dimsize") ?? "").compactMap { Int($0) }
    guard lengths.count == dimension else {
      throw .damagedHeader(
        path: path, problem: "DimSize holds \(lengths.count) numbers, expected \(dimension)")
    }
    let matrix = try numbers(
      ["transformmatrix", "rotation", "orientation"], count: dimension * dimension)
    let offset = try numbers(["offset", "position", "origin"], count: dimension)
    let spacing = try numbers(["elementspacing", "elementsize"], count: dimension)

    let spatial = min(3, dimension)
    var result = AxisDescription(
      lengths: lengths, channelAxis: dimension == 4 ? 3 : nil, axes: [], origin: Vector3(0, 0, 0))
    for axis in 0..<spatial {
      var vector = Vector3(0, 0, 0)
      // The file lists the direction of one axis after the other.
      for row in 0..<spatial {
        vector[row] = matrix?[axis * dimension + row] ?? (row == axis ? 1 : 0)
      }
      guard vector.length > 0 else {
        throw .damagedHeader(path: path, problem: "TransformMatrix has an axis of length 0")
      }
      result.axes.append(vector * ((spacing?[axis] ?? 1) / vector.length))
      result.origin[axis] = offset?[axis] ?? 0
    }
    return result
  }
}

import Volumes

/// Opens a NRRD file with its voxels inside or beside it.
func openNRRD(_ path: String) throws(VolumeFileError) -> any VoxelSource {
  let file = try InputFile(path)
  let fields = try NRRDHeader(file)
  let type = try fields.voxelType()
  let (axes, notes) = try fields.axes()
  let (geometry, warnings) = try axes.geometry(path: path)
  var header = VolumeHeader(
    format: .nrrd, geometry: geometry, dimensions: fields.dimensions(axes),
    channelCount: axes.channelCount, voxelType: type)
  header.warnings = notes + warnings
  let isInterleaved = axes.channelAxis == 0

  let encoding = try fields.required("encoding").lowercased()
  let compression: ByteStream.Compression
  switch encoding {
  case "raw", "txt", "text", "ascii": compression = .none
  case "gz", "gzip": compression = .deflate
  default:
    throw .unsupported(
      path: path, feature: "the encoding '\(encoding.prefix(40))' is",
      cure: "write the file with gzip")
  }

  // Where the voxels are.
  var (source, start) = (file, fields.length)
  if let name = fields.field("datafile") {
    guard words(name).first != "LIST", !name.contains("%") else {
      throw .unsupported(
        path: path, feature: "voxels in several files are", cure: "write them to one file")
    }
    (source, start) = (try InputFile(VolumeFiles.path(name, beside: path)), 0)
  }
  for _ in 0..<(try fields.lineSkip()) { start = try source.endOfLine(from: start) }
  var byteSkip = try fields.integer("byteskip") ?? 0
  if byteSkip == -1, encoding == "raw" {
    let wanted = try storedBytes(of: header, at: path)
    guard source.size - start >= wanted else {
      throw .truncated(
        path: source.path, expectedBytes: wanted, foundBytes: max(0, source.size - start))
    }
    byteSkip = source.size - start - wanted
  }
  guard byteSkip >= 0, byteSkip <= source.size || compression == .deflate, byteSkip < 1 << 40 else {
    throw .damagedHeader(path: path, problem: "'byte skip' is \(byteSkip)")
  }

  let stream = try ByteStream(source, from: start, compression)
  if ["txt", "text", "ascii"].contains(encoding) {
    return try TextVoxelSource(
      header: header, stream: stream, isInterleaved: isInterleaved, leading: byteSkip)
  }
  return try RawVoxelSource(
    header: header, stream: stream,
    encoding: VoxelEncoding(type: type, isSwapped: try fields.isSwapped(type)),
    isInterleaved: isInterleaved, leading: byteSkip)
}

extension NRRDHeader {
  fileprivate func lineSkip() throws(VolumeFileError) -> Int {
    let lines = try integer("lineskip") ?? 0
    guard (0...100_000).contains(lines) else {
      throw .damagedHeader(path: path, problem: "'line skip' is \(lines)")
    }
    return lines
  }

  fileprivate func isSwapped(_ type: VoxelType) throws(VolumeFileError) -> Bool {
    guard type.byteCount > 1 else { return false }
    switch try required("endian").lowercased() {
    case "little": return false
    case "big": return true
    case let other:
      throw .damagedHeader(
        path: path, problem: "'endian' reads '\(other.prefix(20))', expected little or big")
    }
  }

  fileprivate func dimensions(_ axes: AxisDescription) -> Int {
    // Channels in front are parts of a voxel; behind, they are volumes of a series.
    axes.axes.count == 2 ? 2 : axes.channelAxis == axes.lengths.count - 1 ? 4 : 3
  }

  /// The axes of the file, in LPS, with what is to be said about them.
  fileprivate func axes() throws(VolumeFileError) -> (AxisDescription, [String]) {
    guard let dimension = try integer("dimension"), (1...4).contains(dimension) else {
      throw .unsupported(
        path: path, feature: "the dimension '\(field("dimension")?.prefix(20) ?? "")' is",
        cure: "write an image of 2 or 3 axes, with channels or without")
    }
    let lengths = try integers("sizes", count: dimension)
    let directions = try vectors("spacedirections")
    if let directions, directions.count != dimension {
      throw .damagedHeader(
        path: path,
        problem: "'space directions' holds \(directions.count) vectors, expected \(dimension)")
    }
    let channelAxis = try channelAxis(dimension, directions)
    let spatial = (0..<dimension).filter { $0 != channelAxis }
    guard spatial.count >= 2 || dimension == 1, spatial.count <= 3 else {
      throw .unsupported(
        path: path, feature: "\(spatial.count) axes in space are", cure: "write 2 or 3 axes")
    }
    var result = AxisDescription(
      lengths: lengths, channelAxis: channelAxis, axes: [], origin: Vector3(0, 0, 0))
    let (signs, notes) = signs()

    guard let directions else {
      try addPlainAxes(spatial, dimension, &result)
      return (result, notes)
    }
    for axis in spatial {
      guard let vector = directions[axis], (2...3).contains(vector.count) else {
        throw .damagedHeader(
          path: path, problem: "'space directions' of axis \(axis + 1) is not a vector of 2 or 3")
      }
      result.axes.append(Self.vector(vector, signs))
    }
    if let origin = try vectors("spaceorigin")?.first ?? nil, (2...3).contains(origin.count) {
      result.origin = Self.vector(origin, signs)
    }
    return (result, notes)
  }

  private static func vector(_ numbers: [Double], _ signs: Vector3) -> Vector3 {
    Vector3(
      numbers[0] * signs.x, numbers[1] * signs.y, numbers.count > 2 ? numbers[2] * signs.z : 0)
  }

  /// Spacings without a world: axes along the world's, as ITK takes them.
  private func addPlainAxes(
    _ spatial: [Int], _ dimension: Int, _ result: inout AxisDescription
  ) throws(VolumeFileError) {
    let spacings = try numbers("spacings", count: dimension)
    let minima = try numbers("axismins", count: dimension)
    let centerings = words((field("centerings") ?? field("centers") ?? "").lowercased())
    for (index, axis) in spatial.enumerated() {
      var vector = Vector3(0, 0, 0)
      let spacing = spacings?[axis] ?? 1
      vector[index] = spacing.isFinite && spacing != 0 ? spacing : 1
      result.axes.append(vector)
      guard let minimum = minima?[axis], minimum.isFinite else { continue }
      // The minimum is the edge of a cell or the place of a node; teem and ITK take unnamed samples
      // for cells.
      let isNode = centerings.indices.contains(axis) && centerings[axis] == "node"
      result.origin[index] = minimum + (isNode ? 0 : vector[index] / 2)
    }
  }

  /// The axis that counts channels rather than places.
  private func channelAxis(
    _ dimension: Int, _ directions: [[Double]?]?
  ) throws(VolumeFileError) -> Int? {
    var candidates: [Int] = []
    if let directions {
      candidates = directions.indices.filter { directions[$0] == nil }
    } else if let kinds = field("kinds").map({ words($0) }), kinds.count == dimension {
      let places = ["domain", "space", "none", "???"]
      candidates = kinds.indices.filter { !places.contains(kinds[$0].lowercased()) }
    }
    if candidates.isEmpty, dimension == 4 { candidates = [3] }
    guard candidates.count <= 1, candidates.allSatisfy({ $0 == 0 || $0 == dimension - 1 }) else {
      throw .unsupported(
        path: path, feature: "channels along axes \(candidates.map { $0 + 1 }) are",
        cure: "make channels the first or the last axis")
    }
    return candidates.first
  }

  /// Signs that turn the header's world into LPS.
  private func signs() -> (Vector3, [String]) {
    switch field("space")?.lowercased() {
    case nil, "lps", "left-posterior-superior", "lpst", "left-posterior-superior-time":
      return (Vector3(1, 1, 1), [])
    case "ras", "right-anterior-superior", "rast", "right-anterior-superior-time":
      return (Vector3(-1, -1, 1), [])
    case "las", "left-anterior-superior", "last", "left-anterior-superior-time":
      return (Vector3(1, -1, 1), [])
    case .some(let other):
      return (Vector3(1, 1, 1), ["the space '\(other.prefix(40))' is taken for LPS"])
    }
  }
}

extension InputFile {
  /// The position behind the line that begins at `start`.
  func endOfLine(from start: Int) throws(VolumeFileError) -> Int {
    var position = start
    while position < size {
      let bytes = try bytes(at: position, count: 1 << 12)
      if let end = bytes.firstIndex(of: 0x0A) { return position + end + 1 }
      position += max(1, bytes.count)
    }
    return size
  }
}

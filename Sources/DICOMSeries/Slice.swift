import Volumes

/// One file of a series: everything but its voxels.
struct Slice: Sendable {
  let path: String
  let seriesUID: String
  let columns: Int
  let rows: Int
  /// Why the file cannot be part of a volume, or nil.
  let obstacle: DICOMError?
  /// World position in mm (LPS) of the first voxel's centre.
  let position: Vector3?
  /// Directions of growing column and row index, unit vectors.
  let axes: (x: Vector3, y: Vector3)?
  /// Distance in mm between columns and between rows.
  let spacing: (x: Double, y: Double)?
  /// Thickness in mm, for a series of one slice.
  let thickness: Double?
  let slope: Double
  let intercept: Double
  /// What tells volumes of one series apart, by name.
  let distinctions: [String?]
  let instance: Double
  let facts: AcquisitionFacts

  /// Reads the header of a file.
  ///
  /// - Returns: Nil if the file is DICOM but holds no image.
  init?(path: String) throws(DICOMError) {
    let elements = try HeaderElements(path: path)
    guard elements.text(0x0028_0010) != nil, let uid = elements.text(0x0020_000e) else {
      return nil
    }
    self.path = path
    seriesUID = uid
    rows = try elements.integer(0x0028_0010, named: "Rows", in: 1...65535, absent: 0)
    columns = try elements.integer(0x0028_0011, named: "Columns", in: 1...65535, absent: 0)
    guard columns > 0 else { throw .damaged(path: path, problem: "Columns is missing") }
    obstacle = try Slice.obstacle(elements, voxels: rows * columns)
    position = vector(elements.numbers(0x0020_0032), from: 0, of: 3)
    if let orientation = elements.numbers(0x0020_0037),
      let x = vector(orientation, from: 0, of: 6), let y = vector(orientation, from: 3, of: 6),
      abs(x.length - 1) < 0.01, abs(y.length - 1) < 0.01, abs(x.dot(y)) < 0.001
    {
      axes = (x * (1 / x.length), y * (1 / y.length))
    } else {
      axes = nil
    }
    if let numbers = elements.numbers(0x0028_0030), numbers.count == 2,
      numbers.allSatisfy({ $0 > 0 })
    {
      // Rows come first: the distance between rows is the spacing along y.
      spacing = (numbers[1], numbers[0])
    } else {
      spacing = nil
    }
    thickness = elements.number(0x0018_0088) ?? elements.number(0x0018_0050)
    slope = elements.number(0x0028_1053) ?? 1
    intercept = elements.number(0x0028_1052) ?? 0
    distinctions = [0x0018_0081, 0x0018_9087, 0x0020_0100, 0x0020_0012].map { elements.text($0) }
    instance = elements.number(0x0020_0013) ?? 0
    facts = AcquisitionFacts(elements)
  }

  private static func obstacle(
    _ elements: HeaderElements, voxels: Int
  ) throws(DICOMError) -> DICOMError? {
    let path = elements.path
    let samples = try elements.integer(0x0028_0002, named: "SamplesPerPixel", in: 1...4, absent: 1)
    if samples != 1 || elements.text(0x0028_0004) == "PALETTE COLOR" {
      return .unsupported(
        path: path, feature: "colour image", cure: "choose a series of one value per voxel")
    }
    if let frames = elements.number(0x0028_0008), frames != 1 {
      return .unsupported(
        path: path, feature: "file of several frames (enhanced multi-frame)",
        cure: "convert it with dcm2niix and use the NIfTI file")
    }
    if elements.text(0x3004_000e) != nil {
      return .unsupported(
        path: path, feature: "dose grid, which has a scale of its own,",
        cure: "choose the series of the image")
    }
    if elements.text(0x0008_0008)?.contains("MOSAIC") == true {
      return .unsupported(
        path: path, feature: "mosaic of slices",
        cure: "convert it with dcm2niix and use the NIfTI file")
    }
    if let syntax = elements.unreadSyntax {
      return .unsupported(
        path: path, feature: "compressed voxels (transfer syntax \(syntax))",
        cure: "decompress the series first, as by gdcmconv --raw or dcmdjpeg")
    }
    guard let format = try StoredFormat(elements) else {
      return .unsupported(
        path: path, feature: "this number of bits per voxel",
        cure: "export it with 8, 16 or 32 bits")
    }
    let needed = voxels * format.bytes
    guard let found = elements.voxels, found.count >= needed else {
      return .damaged(
        path: path,
        problem: "truncated: \(needed) bytes of voxels expected,"
          + " the file has \(elements.voxels?.count ?? 0)")
    }
    return nil
  }
}

private func vector(_ numbers: [Double]?, from start: Int, of count: Int) -> Vector3? {
  guard let numbers, numbers.count == count else { return nil }
  return Vector3(numbers[start], numbers[start + 1], numbers[start + 2])
}

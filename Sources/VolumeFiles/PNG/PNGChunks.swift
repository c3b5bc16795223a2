import CPNG

/// The chunks of a PNG file that make up its pixels; the others are left out, so that no colour
/// management touches the samples.
///
/// - Source: PNG specification, third edition, W3C.
struct PNGChunks {
  let path: String
  let width: Int
  let height: Int
  private let bitDepth: Int
  private let colourType: Int
  /// Pixels per metre along x and y, if the file tells.
  private(set) var pixelsPerMetre: (x: Double, y: Double)?
  /// A PNG file with nothing but header, palette and pixels.
  private var essence: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  /// Where the compressed pixels stand in ``essence``.
  private var pixelRanges: [Range<Int>] = []

  init(path: String) throws(VolumeFileError) {
    let file = try InputFile(path)
    let bytes = try file.prefix(file.size)
    guard bytes.starts(with: essence), bytes.count >= 33, bytes[12..<16].elementsEqual("IHDR".utf8)
    else { throw .damagedHeader(path: path, problem: "not a PNG file") }
    func number(_ position: Int) -> Int {
      bytes[position..<(position + 4)].reduce(0) { $0 << 8 | Int($1) }
    }
    (width, height) = (number(16), number(20))
    (bitDepth, colourType) = (Int(bytes[24]), Int(bytes[25]))
    self.path = path
    guard width >= 1, height >= 1, width < 1 << 31, height < 1 << 31 else {
      throw .damagedHeader(path: path, problem: "\(width) × \(height) pixels")
    }

    var position = 8
    var isComplete = false
    while position + 12 <= bytes.count, !isComplete {
      let length = number(position)
      let name = String(decoding: bytes[(position + 4)..<(position + 8)], as: UTF8.self)
      guard length <= bytes.count - position - 12 else { break }
      let body = (position + 8)..<(position + 8 + length)
      if ["IHDR", "PLTE", "IDAT", "IEND"].contains(name) {
        let start = essence.count + 8
        if name == "IDAT" { pixelRanges.append(start..<(start + length)) }
        essence += bytes[position..<(body.upperBound + 4)]
      } else if name == "pHYs", length == 9, bytes[body.upperBound - 1] == 1 {
        let (x, y) = (number(body.lowerBound), number(body.lowerBound + 4))
        if x > 0, y > 0 { pixelsPerMetre = (Double(x), Double(y)) }
      }
      isComplete = name == "IEND"
      position = body.upperBound + 4
    }
    guard isComplete else {
      throw .truncated(path: path, expectedBytes: bytes.count + 12, foundBytes: bytes.count)
    }
  }

  /// Numbers per pixel as they are delivered.
  var channelCount: Int {
    switch colourType {
    case 0: 1
    case 4: 2
    case 6: 4
    default: 3
    }
  }

  /// How they are delivered.
  var voxelType: VoxelType { bitDepth == 16 ? .uint16 : .uint8 }

  /// Decompresses the pixels once, without keeping them, to see that they are as many as the header
  /// promises.
  func verify() throws(VolumeFileError) {
    let bitsPerPixel = bitDepth * (colourType == 3 ? 1 : channelCount)
    let rowBytes = (width * bitsPerPixel + 7) / 8 + 1
    let (expected, overflow) = rowBytes.multipliedReportingOverflow(by: height)
    let (delivered, isHuge) = (4 * voxelType.byteCount * width).multipliedReportingOverflow(
      by: height)
    guard !overflow, !isHuge, delivered < Int.max / 16 else {
      throw .damagedHeader(path: path, problem: "\(width) × \(height) pixels")
    }
    var ranges = pixelRanges[...]
    let pixels = try DecompressedBytes(path: path) { (buffer) throws(VolumeFileError) in
      while let range = ranges.first, range.isEmpty { ranges = ranges.dropFirst() }
      guard let range = ranges.popFirst() else { return 0 }
      let length = min(buffer.count, range.count)
      buffer.copyBytes(from: essence[range].prefix(length))
      if length < range.count {
        ranges = [(range.lowerBound + length)..<range.upperBound] + ranges
      }
      return length
    }
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 64)
    defer { scratch.deallocate() }
    var found = 0
    while found < expected {
      let count = try pixels.read(scratch)
      found += count
      if count < scratch.count { break }
    }
    guard found >= expected else {
      throw .truncated(path: path, expectedBytes: expected, foundBytes: found)
    }
  }

  /// Decodes the pixels.
  func decode() throws(VolumeFileError) -> PNGFile.Picture {
    guard bitDepth < 16 || colourType == 0 || colourType == 2 else {
      throw .unsupported(
        path: path, feature: "16 bits with opacity are", cure: "save the picture without opacity")
    }
    var image = delineate_png_image()
    defer { png_image_free(&image) }
    guard png_image_begin_read_from_memory(&image, essence, essence.count) != 0 else {
      throw .damagedHeader(path: path, problem: Self.message(image))
    }
    guard Int(image.width) == width, Int(image.height) == height else {
      throw .damagedHeader(path: path, problem: "two headers")
    }
    let count = width * height * channelCount
    let samples: PNGFile.Samples
    if bitDepth == 16 {
      image.format = UInt32(
        colourType == 0 ? delineate_png_grey16 : delineate_png_rgb16)
      var values = [UInt16](repeating: 0, count: count)
      guard png_image_finish_read(&image, nil, &values, 0, nil) != 0 else {
        throw .damagedVoxels(path: path, problem: Self.message(image))
      }
      samples = .sixteenBit(values)
    } else {
      let formats = [
        delineate_png_grey8, delineate_png_grey_alpha8, delineate_png_rgb8, delineate_png_rgba8,
      ]
      image.format = UInt32(formats[channelCount - 1])
      var values = [UInt8](repeating: 0, count: count)
      guard png_image_finish_read(&image, nil, &values, 0, nil) != 0 else {
        throw .damagedVoxels(path: path, problem: Self.message(image))
      }
      samples = .eightBit(values)
    }
    return PNGFile.Picture(
      width: width, height: height, channelCount: channelCount, samples: samples)
  }

  private static func message(_ image: png_image) -> String {
    withUnsafeBytes(of: image.message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}

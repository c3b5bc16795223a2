import CTIFF
import JSONDocuments
import Volumes

/// What a TIFF file's tags, description or sidecar say about spacing and the meaning of its pages.
struct TIFFPlacement {
  /// Spacing along x, y, z in mm.
  var spacing = Vector3(1, 1, 1)
  var warnings: [String] = []
  /// Images by ImageJ's count; 1 where it has not written the file.
  var imageCount = 1
  /// Whether the file is a volume even if it has one page.
  var isVolume = false

  private var slices: Int?
  private var channels = 1
  private var frames = 1
  private var channelsChangeFirst = true
  private var hasSpacing = false

  /// How pages make slices and channels.
  struct Shape {
    var slices: Int
    var channels: Int
    /// Whether the channels of a slice follow one another, or the slices of a channel do.
    var channelsChangeFirst: Bool
  }

  /// Reads the tags of the first page.
  init(_ handle: TIFFHandle) {
    let tiff = handle.tiff
    let resolution = [TIFFTAG_XRESOLUTION, TIFFTAG_YRESOLUTION].map {
      Double(delineate_tiff_float(tiff, UInt32($0), 0))
    }
    let text = delineate_tiff_text(tiff, UInt32(TIFFTAG_IMAGEDESCRIPTION)).map {
      String(cString: $0)
    }
    if let text, text.hasPrefix("ImageJ=") {
      readImageJ(text, resolution)
    } else if let text, text.contains("<OME"), text.contains("<Pixels ") {
      readOME(text)
    } else {
      // 2 is pixels per inch, 3 per centimetre; 1 is no unit at all.
      let unit = delineate_tiff_short(tiff, UInt32(TIFFTAG_RESOLUTIONUNIT), 2)
      let millimetres = unit == 2 ? 25.4 : unit == 3 ? 10.0 : 0
      setPlane(resolution, millimetres)
    }
    if !hasSpacing { warnings = ["the file tells no spacing in a unit of length; 1 mm is used"] }
  }

  private mutating func setPlane(_ resolution: [Double], _ millimetres: Double) {
    guard millimetres > 0, resolution.allSatisfy({ $0 > 0 && $0.isFinite }) else { return }
    spacing.x = millimetres / resolution[0]
    spacing.y = millimetres / resolution[1]
    hasSpacing = true
  }

  /// ImageJ's lines of `key=value`.
  private mutating func readImageJ(_ text: String, _ resolution: [Double]) {
    var fields: [String: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: "=", maxSplits: 1)
      if parts.count == 2 { fields[String(parts[0])] = String(parts[1]) }
    }
    func count(_ name: String) -> Int? {
      fields[name].flatMap { Int($0) }.flatMap { $0 >= 1 ? $0 : nil }
    }
    imageCount = count("images") ?? 1
    slices = count("slices")
    channels = count("channels") ?? 1
    frames = count("frames") ?? 1
    isVolume = (slices ?? 1) > 1
    let millimetres = lengthUnit(fields["unit"] ?? "")
    setPlane(resolution, millimetres)
    if hasSpacing, let depth = fields["spacing"].flatMap({ Double($0) }), depth.isFinite, depth != 0
    {
      spacing.z = abs(depth) * millimetres
    }
  }

  /// The attributes of OME's `Pixels` element.
  private mutating func readOME(_ text: String) {
    guard let start = text.range(of: "<Pixels ")?.upperBound else { return }
    let element = text[start...].prefix { $0 != ">" }
    func attribute(_ name: String) -> String? {
      guard
        let begin = element.range(of: " \(name)=\"")?.upperBound
          ?? (element.hasPrefix("\(name)=\"") ? element.range(of: "\"")?.upperBound : nil)
      else { return nil }
      return String(element[begin...].prefix { $0 != "\"" })
    }
    func length(_ axis: String) -> Double? {
      guard let value = attribute("PhysicalSize\(axis)").flatMap({ Double($0) }), value > 0,
        value.isFinite
      else { return nil }
      let unit = lengthUnit(attribute("PhysicalSize\(axis)Unit") ?? "µm")
      return unit > 0 ? value * unit : nil
    }
    func count(_ name: String) -> Int {
      attribute(name).flatMap { Int($0) }.map { max(1, $0) } ?? 1
    }
    slices = count("SizeZ")
    channels = count("SizeC")
    frames = count("SizeT")
    isVolume = (slices ?? 1) > 1
    channelsChangeFirst = attribute("DimensionOrder").map { !$0.hasPrefix("XYZ") } ?? true
    guard let x = length("X"), let y = length("Y") else { return }
    spacing = Vector3(x, y, length("Z") ?? 1)
    hasSpacing = true
  }

  /// Millimetres in a unit, 0 for an unknown one.
  private func lengthUnit(_ name: String) -> Double {
    switch trimmed(name) {
    case "mm", "millimeter", "millimetre": 1
    case "cm", "centimeter", "centimetre": 10
    case "m", "meter", "metre": 1000
    case "micron", "microns", "um", "\u{B5}m", "\u{3BC}m", "\\u00B5m", "micrometer": 0.001
    case "nm", "nanometer", "nanometre": 1e-6
    case "inch", "in": 25.4
    default: 0
    }
  }

  /// nnU-Net's sidecar: `CASE.json` beside `CASE_0000.tif` or `CASE.tif`, with the spacing along z,
  /// y, x.
  mutating func readSidecar(beside path: String) throws(VolumeFileError) {
    guard let dot = path.lastIndex(of: ".") else { return }
    let stem = String(path[..<dot])
    var candidates = [stem]
    let channel = stem.suffix(5)
    if channel.first == "_", channel.dropFirst().allSatisfy(\.isNumber) {
      candidates.append(String(stem.dropLast(5)))
    }
    guard let name = candidates.map({ $0 + ".json" }).first(where: fileExists) else { return }
    let file = try InputFile(name)
    let bytes = try file.bytes(at: 0, count: min(file.size, 1 << 16))
    let json = try? JSONValue(parsing: String(decoding: bytes, as: UTF8.self))
    guard let sidecar = json?["spacing"] else {
      warnings.append("\(lastComponent(name)) holds no {\"spacing\": [z, y, x]} and is not used")
      return
    }
    guard let values = sidecar.doubles, values.count == 3,
      values.allSatisfy({ $0 > 0 && $0.isFinite })
    else {
      throw .damagedHeader(path: name, problem: "expected {\"spacing\": [z, y, x]} in mm")
    }
    spacing = Vector3(values[2], values[1], values[0])
    hasSpacing = true
    isVolume = true
    warnings = []
  }

  /// How the given number of images makes slices and channels; all are slices unless the
  /// description says otherwise and fits.
  func shape(of images: Int, path: String) throws(VolumeFileError) -> Shape {
    guard channels == 1 || frames == 1 else {
      throw .unsupported(
        path: path, feature: "\(channels) channels in \(frames) time points are",
        cure: "split the series first")
    }
    let volumes = max(channels, frames)
    guard volumes > 1, volumes <= images, images % volumes == 0,
      slices == nil || slices == images / volumes
    else { return Shape(slices: images, channels: 1, channelsChangeFirst: false) }
    return Shape(
      slices: images / volumes, channels: volumes,
      channelsChangeFirst: channels > 1 && channelsChangeFirst)
  }
}

extension Substring {
  /// Where a text first stands in this one.
  fileprivate func range(of text: String) -> Range<Index>? { String.find(text, in: self) }
}

extension String {
  /// Where a text first stands in this one.
  fileprivate func range(of text: String) -> Range<Index>? { String.find(text, in: self[...]) }

  fileprivate static func find(_ text: String, in whole: Substring) -> Range<Index>? {
    let (needle, hay) = (Array(text.utf8), whole.utf8)
    guard let first = needle.first else { return nil }
    var rest = hay[...]
    while let start = rest.firstIndex(of: first) {
      if rest[start...].starts(with: needle) {
        return start..<hay.index(start, offsetBy: needle.count)
      }
      rest = rest[hay.index(after: start)...]
    }
    return nil
  }
}

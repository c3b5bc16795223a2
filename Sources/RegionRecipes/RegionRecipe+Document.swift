public import JSONDocuments
public import PresetFiles
import RegionsOfInterest
import Resampling
import Volumes

extension RegionRecipe {
  /// Names of the embedded recipes.
  public static var presetNames: [String] { PresetCollection.recipes.names }

  /// The embedded recipe of a name, or the one in a file such as an edited copy of one of `Plans/roi`.
  ///
  /// - Parameter name: A name, or a path that ends in `.json`.
  /// - Throws: `PresetError`.
  public init(named name: String) throws(PresetError) {
    try self.init(try PresetCollection.recipes.fields(of: name))
  }

  /// Interprets a document, such as a manifest's, with all fields of a recipe and no others.
  ///
  /// - Throws: `PresetError`.
  public init(_ document: JSONValue, from file: String) throws(PresetError) {
    try self.init(PresetFields(document, in: file, of: .recipes))
  }

  private init(_ fields: PresetFields) throws(PresetError) {
    try fields.checkNames([
      "images", "masks", "labels", "lesions", "spacing_mm", "interpolation", "dilate_mm", "shape",
      "margin_mm", "slices", "size", "resizing", "channels", "formats",
    ])
    let images = try Self.images(fields)
    self.images = images
    masks = try fields.list("masks", "different names of columns") { value in
      value.string.flatMap { $0.isEmpty ? nil : $0 }
    }
    labels = try Self.orNull("labels", fields) { () throws(PresetError) in
      try fields.list("labels", "null or different labels from 1 to 65535") { value in
        value.int.flatMap { 1...65535 ~= $0 ? LabelMap.Label($0) : nil }
      }
    }
    lesions = try fields.choice("lesions", Lesions.self)
    spacing = try Self.orNull("spacing_mm", fields) { () throws(PresetError) in
      guard let numbers = fields.object["spacing_mm"]?.doubles, numbers.count == 3,
        numbers.allSatisfy({ 0.01...100 ~= $0 })
      else { throw fields.wrong("spacing_mm", "null or three numbers from 0.01 to 100") }
      return Vector3(numbers[0], numbers[1], numbers[2])
    }
    interpolation =
      switch try fields.choice("interpolation", InterpolationName.self) {
      case .linear: .linear
      case .cubic: .cubic
      }
    dilation = try fields.number("dilate_mm", 0...1000)
    crop.shape = try fields.choice("shape", RegionCrop.Shape.self)
    crop.margin = try fields.number("margin_mm", 0...1000)
    crop.slices = try fields.choice("slices", SliceName.self) == .all ? .all : .largest
    resizing = try fields.choice("resizing", Resizing.self)
    size = try Self.orNull("size", fields) { () throws(PresetError) in
      guard let numbers = fields.object["size"]?.ints, 2...3 ~= numbers.count,
        numbers.allSatisfy({ 1...4096 ~= $0 })
      else { throw fields.wrong("size", "null or two or three whole numbers from 1 to 4096") }
      return numbers
    }
    channels = try Self.channels(fields, images.map(\.column))
    formats = try fields.list(
      "formats", "different ones of \(Format.allCases.map(\.rawValue).joined(separator: ", "))"
    ) { value in value.string.flatMap(Format.init(rawValue:)) }
    if formats.contains(.png), channels.count != 1, channels.count != 3 {
      throw fields.wrong("channels", "one or three for the format png, not \(channels.count)")
    }
  }

  private enum InterpolationName: String, CaseIterable { case linear, cubic }
  private enum SliceName: String, CaseIterable { case all, largest }
  private enum MethodName: String, CaseIterable { case weighted, alpha, maximum }

  private static func orNull<Value>(
    _ name: String, _ fields: PresetFields, _ read: () throws(PresetError) -> Value
  ) throws(PresetError) -> Value? {
    fields.object[name] == .null ? nil : try read()
  }

  private static func images(_ fields: PresetFields) throws(PresetError) -> [Image] {
    guard let entries = fields.object["images"]?.array, 1...16 ~= entries.count else {
      throw fields.wrong("images", "a list of 1 to 16 images")
    }
    var images: [Image] = []
    for (index, entry) in entries.enumerated() {
      let image = fields.within(entry, at: "images[\(index)]")
      try image.checkNames(["column", "window", "outside"])
      let ends = entry["window"]?.doubles ?? []
      guard ends.count == 2, let window = IntensityWindow(Float(ends[0]), Float(ends[1])) else {
        throw image.wrong("window", "two rising numbers")
      }
      images.append(
        Image(
          column: try image.text("column"), window: window,
          outside: Float(try image.number("outside", -1e9...1e9))))
    }
    guard Set(images.map(\.column)).count == images.count else {
      throw fields.wrong("images", "images of different columns")
    }
    return images
  }

  private static func channels(
    _ fields: PresetFields, _ names: [String]
  ) throws(PresetError) -> [Channel] {
    guard let entries = fields.object["channels"]?.array, 1...16 ~= entries.count else {
      throw fields.wrong("channels", "a list of 1 to 16 channels")
    }
    let known = "one of \(names.joined(separator: ", "))"
    var channels: [Channel] = []
    for (index, entry) in entries.enumerated() {
      let channel = fields.within(entry, at: "channels[\(index)]")
      if entry["image"] != nil {
        try channel.checkNames(["image"])
        guard let image = names.firstIndex(of: try channel.text("image")) else {
          throw channel.wrong("image", known)
        }
        channels.append(.image(image))
        continue
      }
      try channel.checkNames(["fuse", "method", "weight"])
      let pair = entry["fuse"]?.strings ?? []
      guard pair.count == 2, let first = names.firstIndex(of: pair[0]),
        let second = names.firstIndex(of: pair[1])
      else { throw channel.wrong("fuse", "two of the images, each \(known)") }
      let fusion: ImageFusion
      switch try channel.choice("method", MethodName.self) {
      case .weighted: fusion = .weighted(Float(try channel.number("weight", 0...1)))
      case .alpha: fusion = .alpha(opacity: Float(try channel.number("weight", 0...1)))
      case .maximum:
        guard entry["weight"] == nil || entry["weight"] == .null else {
          throw channel.wrong("weight", "null or left out for the maximum")
        }
        fusion = .maximum
      }
      channels.append(.fusion(first: first, second: second, fusion))
    }
    return channels
  }
}

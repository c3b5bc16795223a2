import ArgumentParser
import JSONDocuments
import RegionsOfInterest
import Resampling
import VolumeFiles
import Volumes

struct ROICrop: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crop", abstract: "Cuts a box, square or cube around a region out of an image.",
    discussion: """
      The box lies around the centre of the region and is filled up where it leaves the image. --size \
      brings it to a fixed number of voxels: pixel centres are mapped as deep-learning libraries do \
      without aligned corners. The files written keep their place in the world.
      """)

  @Argument(help: "The image; all channels are cut.") var image: String
  @Argument(help: "The mask of the region.") var mask: String
  @Argument(help: "The image to write.") var output: String

  @Option(help: ArgumentHelp("Labels that make up the region; by default all.", valueName: "list"))
  var labels: LabelList?

  @Option(
    help: ArgumentHelp(
      "As long as the region along every axis, along the longer one in slices, or along the longest.",
      valueName: "box|square|cube"))
  var shape = ShapeChoice.box

  @Option(help: ArgumentHelp("Added on every side along the axes of the shape.", valueName: "mm"))
  var margin = 0.0

  @Option(
    help: ArgumentHelp(
      "All slices, or the one in which the region is largest.", valueName: "all|largest"))
  var slices = SliceChoice.all

  @Option(help: ArgumentHelp("The axis of the file across slices.", valueName: "x|y|z"))
  var sliceAxis = AxisChoice.z

  @Option(help: ArgumentHelp("Bring the box to this number of voxels.", valueName: "x,y,z"))
  var size: Triple<Int>?

  @Option(
    help: ArgumentHelp("Interpolation: 0 nearest, 1 linear, 3 cubic B-spline.", valueName: "0|1|3"))
  var order = 1

  @Option(
    help: ArgumentHelp(
      "How the image is brought to --size in place of --order, as PyTorch does; antialiased, all that a new voxel covers counts.",
      valueName: "linear|cubic|linear-antialiased|cubic-antialiased"))
  var resizing: ResizingChoice?

  @Flag(
    help:
      "Cut out every connected part by itself, from the largest; files are called NAME_1 and so on."
  )
  var eachLesion = false

  @Option(
    help: ArgumentHelp("Value beyond the image, such as -1024 for CT.", valueName: "number"))
  var outside: Float = 0

  @Option(help: ArgumentHelp("Also write the mask of the box.", valueName: "file"))
  var maskOutput: String?

  @OptionGroup var common: OutputOptions

  func validate() throws {
    guard margin >= 0, margin.isFinite else {
      throw ValidationError("--margin must be at least 0 mm, not \(margin)")
    }
    if let size, !size.numbers.allSatisfy({ 1...100_000 ~= $0 }) {
      throw ValidationError("--size must be three whole numbers from 1 to 100000")
    }
    if resizing != nil, size == nil { throw ValidationError("--resizing is for --size") }
    guard Interpolation(rawValue: order) != nil else {
      throw ValidationError("--order must be 0, 1 or 3, not \(order)")
    }
  }

  func run() throws {
    let console = common.start()
    let file = try ImageFile(contentsOf: image)
    let map = try LabelMap(contentsOf: mask)
    if let difference = file.geometry.misalignment(of: map.geometry) {
      throw FileProblem(path: mask, cause: RegionError.gridMismatch(difference))
    }
    let region = try naming(mask) { try map.region(of: labels?.labels) }
    guard eachLesion else {
      let document = try cut(region, of: file, map, number: nil)
      console.result(document.json, text: document.text)
      return
    }
    let parts = ConnectedComponents(of: region, connectivity: .corners)
    guard parts.count > 0 else { throw FileProblem(path: mask, cause: RegionError.emptyRegion) }
    var documents: [(json: JSONValue, text: String)] = []
    for (index, number) in parts.numbers(meeting: []).enumerated() {
      let part = parts.mask { $0 == number }
      var own = map
      for voxel in own.labels.indices where !part.voxels[voxel] { own.labels[voxel] = 0 }
      documents.append(try cut(part, of: file, own, number: index + 1))
    }
    console.result(
      ["lesions": .array(documents.map(\.json))], text: documents.map(\.text).joined())
  }

  /// Cuts a region out and writes it.
  private func cut(
    _ region: Mask, of file: ImageFile, _ map: LabelMap, number: Int?
  ) throws -> (json: JSONValue, text: String) {
    let box = try naming(mask) { try boxAround(region) }
    let channels = try file.channels.map { try resized($0.cropped(to: box, filling: outside)) }
    let output = numbered(output, number)
    let maskOutput = maskOutput.map { numbered($0, number) }
    try ImageFile(channels: channels).write(to: output)
    if let maskOutput { try resized(map.croppedOrPadded(to: box)).write(to: maskOutput) }
    return report(box, channels[0].geometry, output, maskOutput)
  }

  /// A path with a number before its ending.
  private func numbered(_ path: String, _ number: Int?) -> String {
    guard let number else { return path }
    let start = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let ending = path.hasSuffix(".nii.gz") ? path.index(path.endIndex, offsetBy: -7) : nil
    let dot = ending ?? path[start...].lastIndex(of: ".") ?? path.endIndex
    return path[..<dot] + "_\(number)" + path[dot...]
  }

  private func boxAround(_ region: Mask) throws -> VoxelBox {
    var crop = RegionCrop()
    (crop.shape, crop.margin, crop.sliceAxis) = (shape.shape, margin, sliceAxis.axis)
    crop.slices = slices == .all ? .all : .largest
    guard let box = try crop.box(around: region) else { throw RegionError.emptyRegion }
    return box
  }

  private func resized(_ part: Volume<Float>) throws -> Volume<Float> {
    guard let size, let interpolation = Interpolation(rawValue: order) else { return part }
    if let resizing {
      return part.resized(to: Extent(x: size.x, y: size.y, z: size.z), by: resizing.resizing)
    }
    return try part.resampled(
      onto: part.geometry.resized(to: Extent(x: size.x, y: size.y, z: size.z)),
      interpolation: interpolation)
  }

  private func resized(_ part: LabelMap) throws -> LabelMap {
    guard let size else { return part }
    return try part.resampled(
      onto: part.geometry.resized(to: Extent(x: size.x, y: size.y, z: size.z)),
      interpolation: order == 0 ? .nearest : .largestShare)
  }

  private func report(
    _ box: VoxelBox, _ grid: Geometry, _ output: String, _ maskOutput: String?
  ) -> (json: JSONValue, text: String) {
    func pair(_ range: Range<Int>) -> JSONValue {
      [.integer(range.lowerBound), .integer(range.upperBound)]
    }
    let (extent, spacing) = (grid.extent, grid.spacing)
    return (
      [
        "output": .string(output), "mask_output": maskOutput.map { .string($0) } ?? .null,
        "box": ["x": pair(box.x), "y": pair(box.y), "z": pair(box.z)],
        "size": .array([.integer(extent.x), .integer(extent.y), .integer(extent.z)]),
        "spacing_mm": .array([.number(spacing.x), .number(spacing.y), .number(spacing.z)]),
      ],
      "\(output): \(extent) voxels of \(spacing.x) × \(spacing.y) × \(spacing.z) mm\n"
    )
  }
}

/// Which slices are taken.
enum SliceChoice: String, ExpressibleByArgument, CaseIterable {
  case all, largest
}

/// The form of the box.
enum ShapeChoice: String, ExpressibleByArgument, CaseIterable {
  case box, square, cube

  var shape: RegionCrop.Shape {
    switch self {
    case .box: .box
    case .square: .square
    case .cube: .cube
    }
  }
}

/// How a box is brought to another size.
enum ResizingChoice: String, ExpressibleByArgument, CaseIterable {
  case linear, cubic
  case antialiasedLinear = "linear-antialiased"
  case antialiasedCubic = "cubic-antialiased"

  var resizing: Resizing {
    switch self {
    case .linear: .linear
    case .cubic: .cubic
    case .antialiasedLinear: .antialiasedLinear
    case .antialiasedCubic: .antialiasedCubic
    }
  }
}

import ArgumentParser
import JSONDocuments
import Resampling
import VolumeFiles
import Volumes

struct Resample: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Brings an image or a label map to another spacing, size or grid.",
    discussion: "Spacings are x,y,z in mm and sizes x,y,z in voxels, as viewers show them.")

  @Argument(help: "The image to read.") var image: String
  @Argument(help: "The image to write.") var output: String

  @Option(help: ArgumentHelp("New voxel size in mm.", valueName: "x,y,z"))
  var spacing: Triple<Double>?

  @Option(help: ArgumentHelp("New number of voxels.", valueName: "x,y,z"))
  var size: Triple<Int>?

  @Option(help: ArgumentHelp("An image whose grid to take over.", valueName: "file"))
  var like: String?

  @Option(
    help: ArgumentHelp("Interpolation: 0 nearest, 1 linear, 3 cubic B-spline.", valueName: "0|1|3"))
  var order: Int?

  @Flag(help: "The image is a label map: no label is made up between two others.")
  var labels = false

  @Option(
    help: ArgumentHelp(
      "Whether the axis of thick slices is resampled apart; auto does so from a ratio of 3.",
      valueName: "auto|on|off"))
  var separateZ = SeparationChoice.auto

  @OptionGroup var common: OutputOptions

  func validate() throws {
    let targets = [spacing != nil, size != nil, like != nil].filter { $0 }.count
    guard targets == 1 else {
      throw ValidationError("give exactly one of --spacing, --size and --like")
    }
    if let spacing, !spacing.numbers.allSatisfy({ $0 > 0 && $0.isFinite }) {
      throw ValidationError("--spacing must be three numbers above 0")
    }
    if let size, !size.numbers.allSatisfy({ 1...100_000 ~= $0 }) {
      throw ValidationError("--size must be three whole numbers from 1 to 100000")
    }
    if let order, Interpolation(rawValue: order) == nil {
      throw ValidationError("--order must be 0, 1 or 3, not \(order)")
    }
    if labels, order == 3 { throw ValidationError("--labels allows --order 0 or 1, not 3") }
    if like != nil, separateZ != .auto {
      throw ValidationError("--separate-z has no meaning together with --like")
    }
  }

  func run() throws {
    let console = common.start()
    let grid: Geometry
    if labels {
      let result = try resample(LabelMap(contentsOf: image))
      try result.write(to: output)
      grid = result.geometry
    } else {
      var file = try ImageFile(contentsOf: image)
      // The written file keeps nothing of the old grid.
      file = ImageFile(channels: try file.channels.map(resample))
      try file.write(to: output)
      grid = file.geometry
    }
    let (extent, spacing) = (grid.extent, grid.spacing)
    console.result(
      [
        "output": .string(output),
        "size": .array([.integer(extent.x), .integer(extent.y), .integer(extent.z)]),
        "spacing_mm": .array([.number(spacing.x), .number(spacing.y), .number(spacing.z)]),
      ],
      text: "\(output): \(extent) voxels of \(spacing.x) × \(spacing.y) × \(spacing.z) mm\n")
  }

  private func scheme(_ base: ResamplingScheme) -> ResamplingScheme {
    var scheme = base
    if let order = order.flatMap(Interpolation.init(rawValue:)) { scheme.order = order }
    scheme.separation = separateZ.separation
    return scheme
  }

  private func resample(_ volume: Volume<Float>) throws -> Volume<Float> {
    let scheme = scheme(.image)
    if let like {
      return try volume.resampled(
        onto: VolumeHeader(contentsOf: like).geometry, interpolation: scheme.order)
    }
    if let size {
      return try volume.resampled(to: Extent(x: size.x, y: size.y, z: size.z), scheme: scheme)
    }
    return try volume.resampled(toSpacing: target, scheme: scheme)
  }

  private func resample(_ map: LabelMap) throws -> LabelMap {
    let scheme = scheme(.labels)
    if let like {
      return try map.resampled(
        onto: VolumeHeader(contentsOf: like).geometry,
        interpolation: scheme.order == .nearest ? .nearest : .largestShare)
    }
    if let size {
      return try map.resampled(to: Extent(x: size.x, y: size.y, z: size.z), scheme: scheme)
    }
    return try map.resampled(toSpacing: target, scheme: scheme)
  }

  private var target: Vector3 { Vector3(spacing?.x ?? 1, spacing?.y ?? 1, spacing?.z ?? 1) }
}

/// Whether the axis of thick slices is resampled apart.
enum SeparationChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, on, off

  var separation: AxisSeparation {
    switch self {
    case .auto: .automatic
    case .on: .always
    case .off: .never
    }
  }
}

import ArgumentParser
import JSONDocuments
import Registration
import Reports
import Resampling
import SpatialTransforms
import TransformFiles
import VolumeFiles
import Volumes

struct Register: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Brings a moving image into line with a fixed image by a linear transform.",
    discussion: """
      The transform maps points of the fixed image to points of the moving image; warp applies it to \
      other images, and to label maps. Presets: rigid (another contrast of the same patient), \
      similarity, affine (another patient), pet-ct (a PET on the CT of the same session: starts from \
      where the scanner put it, and keeps that where nothing better is found). A preset of your own \
      is an edited copy of a file of Plans/registration, given by its path.

      What makes the result doubtful is said in a warning: look at it before you use it.
      """)

  @Option(help: ArgumentHelp("The image that stays.", valueName: "file")) var fixed: String

  @Option(help: ArgumentHelp("The image to bring over.", valueName: "file")) var moving: String

  @Option(
    help: ArgumentHelp("The moving image on the fixed grid, to write.", valueName: "file"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "The transform to write: .tfm or .txt (ITK), .mat (4 x 4 matrix in RAS), or .nii.gz (field).",
      valueName: "file"))
  var transform: String?

  @Option(
    help: ArgumentHelp(
      "How to register: \(LinearSettings.presetNames.joined(separator: ", ")), or a .json file.",
      valueName: "preset"))
  var preset = "rigid"

  @Option(
    help: ArgumentHelp("A linear transform to begin with.", valueName: "[inverse:]file"))
  var initial: TransformArgument?

  @OptionGroup var masks: RegistrationMasks

  @Option(
    help: ArgumentHelp(
      "Interpolation of the output: 0 nearest, 1 linear, 3 cubic B-spline; 1 by default.",
      valueName: "0|1|3"))
  var order: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Value outside the moving image, such as -1024 for CT; 0 by default.", valueName: "value"))
  var outside: Float?

  @Option(
    help: ArgumentHelp(
      "A picture (.png) of the result to write: checkerboard and edges in three planes.",
      valueName: "file"))
  var report: String?

  @OptionGroup var common: OutputOptions

  func validate() throws {
    if let report, !report.lowercased().hasSuffix(".png") {
      throw ValidationError("--report must end in .png, not \(report)")
    }
    if output == nil, transform == nil {
      throw ValidationError("give --output, --transform or both, to say what to write")
    }
    if let order, Interpolation(rawValue: order) == nil {
      throw ValidationError("--order must be 0, 1 or 3, not \(order)")
    }
    if let transform, (try? TransformFileFormat(writing: transform)) == nil {
      throw ValidationError(
        "--transform must end in .tfm, .txt, .mat or .nii.gz, not \(transform)")
    }
  }

  func run() throws {
    let console = common.start()
    let settings = try LinearSettings(preset: preset)
    let fixedImage = try Volume<Float>(contentsOf: fixed)
    let movingImage = try Volume<Float>(contentsOf: moving)
    let begin = ContinuousClock.now
    let result = try LinearRegistration(settings).register(
      movingImage, to: fixedImage, masks: masks.read(), initial: initialMap()
    ) { console.progress("registering", $0, $1) }
    let seconds = (ContinuousClock.now - begin) / .seconds(1)
    for warning in result.warnings { console.message("\(moving): warning: \(warning)") }

    let chain = TransformChain(result.map)
    if output != nil || report != nil {
      let aligned = try movingImage.resampled(
        onto: fixedImage.geometry,
        interpolation: order.flatMap(Interpolation.init(rawValue:)) ?? .linear,
        outside: outside ?? 0, through: chain.map)
      if let output { try aligned.write(to: output) }
      if let report {
        try AlignmentFigure(fixed: fixedImage, moving: aligned, title: "\(moving) on \(fixed)")
          .image.write(to: report)
      }
    }
    try writeTransform(chain, on: fixedImage.geometry)
    console.result(
      result.document(seconds: seconds, output: output, transform: transform),
      text: result.text(seconds: seconds))
  }

  private func writeTransform(_ chain: TransformChain, on grid: Geometry) throws {
    guard let transform else { return }
    guard try TransformFileFormat(writing: transform) == .field else {
      try chain.write(to: transform)
      return
    }
    try chain.displacementField(on: grid).write(to: transform)
  }

  private func initialMap() throws -> AffineMap {
    guard let initial else { return .identity }
    guard let map = try TransformChain(reading: [initial]).affine else {
      throw ValidationError("--initial must be a linear transform, \(initial.path) is not")
    }
    return map
  }
}

/// What counts of the two images.
struct RegistrationMasks: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Label map on the fixed grid: only where it is not 0 are the images compared.",
      valueName: "file"))
  var fixedMask: String?

  @Option(
    help: ArgumentHelp("The same on the moving grid.", valueName: "file"))
  var movingMask: String?

  /// Reads what was given.
  func read() throws -> LinearRegistration.Masks {
    LinearRegistration.Masks(
      fixed: try fixedMask.map { try LabelMap(contentsOf: $0) },
      moving: try movingMask.map { try LabelMap(contentsOf: $0) })
  }
}

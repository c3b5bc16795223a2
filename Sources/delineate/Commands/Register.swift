import ArgumentParser
import FileOutput
import JSONDocuments
import Registration
import Resampling
import SpatialTransforms
import TransformFiles
import VolumeFiles
import Volumes

struct RegisterImages: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "images",
    abstract: "Brings moving images into line with a fixed image.",
    discussion: """
      A transform maps points of the fixed image to points of the moving image; warp applies it to \
      other images, and to label maps. Presets: rigid (another contrast of the same patient), \
      similarity, affine (another patient), pet-ct (a PET on the CT of the same session: starts from \
      where the scanner put it, and keeps that where nothing better is found). A preset of your own \
      is an edited copy of a file of Plans/registration, given by its path.

      Deformable presets go on from there to a smooth map without folds: deformable (another patient), \
      deformable-follow-up (the same patient at another time, stiffer). Their transform is a field of \
      displacements on the fixed grid, .nii.gz or .tfm; --inverse writes the way back. Figures are the \
      share of voxels that fold, the range of the Jacobian determinant, the standard deviation of its \
      logarithm (SDlogJ, and SDlogJ_L2R as Learn2Reg tables it), and how far a point is off after the \
      way there and back.

      With several moving images, each is registered on its own; --output, --transform and --report \
      then name folders, in which files are named after the moving images (.nii.gz, .tfm or, for fields, .nii.gz, .png). One \
      that fails does not stop the others; the exit status is then 1.

      Labels or landmarks that are known in both images measure the result: their Dice, and their target \
      registration error, before and after. --labels-output carries the moving labels over.

      What makes a result doubtful is said in a warning: look at it before you use it.
      """)

  @Option(help: ArgumentHelp("The image that stays.", valueName: "file")) var fixed: String

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The images to bring over.", valueName: "file"))
  var moving: [String]

  @Option(
    help: ArgumentHelp("The moving image on the fixed grid, to write.", valueName: "file|folder"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "The transform to write: .tfm or .txt (ITK), .mat (4 x 4 matrix in RAS), or .nii.gz (field).",
      valueName: "file|folder"))
  var transform: String?

  @Option(
    help: ArgumentHelp(
      "A picture (.png) of the result to write: checkerboard and edges in three planes.",
      valueName: "file|folder"))
  var report: String?

  @Option(
    help: ArgumentHelp(
      "How to register: \(registrationPresetNames.joined(separator: ", ")), or a .json file.",
      valueName: "preset"))
  var preset = "rigid"

  @Option(
    help: ArgumentHelp("A linear transform to begin with.", valueName: "[inverse:]file"))
  var initial: TransformArgument?

  @OptionGroup var masks: RegistrationMasks

  @OptionGroup var deformable: DeformableOptions

  @OptionGroup var structures: KnownStructureOptions

  @OptionGroup var interpolation: InterpolationOptions

  @OptionGroup var common: OutputOptions

  func validate() throws {
    if moving.isEmpty { throw ValidationError("--moving needs files") }
    if output == nil, transform == nil, structures.labelsOutput == nil {
      throw ValidationError("give --output, --transform or both, to say what to write")
    }
    if moving.count > 1, masks.movingMask != nil {
      throw ValidationError("--moving-mask belongs to one moving image, not to \(moving.count)")
    }
    try deformable.validate(preset: preset, transform: transform)
    try structures.validate(movingCount: moving.count)
    for task in try tasks() { try task.validate() }
  }

  func run() throws {
    let console = common.start()
    let deformableRequest = try deformable.request(preset: preset)
    let settings =
      try deformableRequest == nil ? LinearSettings(preset: preset) : LinearSettings()
    let fixedImage = try Volume<Float>(contentsOf: fixed)
    let initialMap = try initialMap()
    let masks = try masks.read()
    for folder in moving.count > 1
      ? [output, transform, report, deformable.inverse].compactMap({ $0 }) : []
    {
      try createFolder(folder)
    }
    let request = RegistrationRequest(
      settings: settings, deformable: deformableRequest, fixedPath: fixed, fixed: fixedImage,
      masks: masks, initial: initialMap,
      interpolation: interpolation.interpolation,
      outside: interpolation.outside ?? 0,
      structures: try structures.read(fixed: fixed, moving: moving[0]))
    let tasks = try tasks()
    if let task = tasks.first, tasks.count == 1 {
      let outcome = try request.run(task, console)
      console.result(.object(outcome.document), text: outcome.text)
      return
    }
    var documents: [JSONValue] = []
    var failures: [String] = []
    for task in tasks {
      do {
        let outcome = try request.run(task, console)
        documents.append(.object(outcome.document))
        console.message("\(task.moving)\n\(outcome.text)")
      } catch {
        failures.append("\(error)")
        documents.append(["moving": .string(task.moving), "error": .string("\(error)")])
      }
    }
    console.result(
      ["images": .array(documents), "failed": .integer(failures.count)],
      text: "\(tasks.count - failures.count) of \(tasks.count) images registered\n")
    guard failures.isEmpty else {
      writeToStandardError(
        "error: \(failures.count) of \(tasks.count) images are not registered: "
          + failures.joined(separator: "; ") + "\n")
      throw ExitCode.failure
    }
  }

  /// Every moving image with what is to be written of it.
  private func tasks() throws -> [RegistrationTask] {
    guard moving.count > 1 else {
      return moving.map {
        RegistrationTask(
          moving: $0, output: output, transform: transform, report: report,
          inverse: deformable.inverse)
      }
    }
    let names = moving.map(nameWithoutEnding)
    for (index, name) in names.enumerated() {
      guard let first = names.firstIndex(of: name), first == index else {
        throw ValidationError(
          "two moving images are called \(name): their files would have the same name; rename one")
      }
    }
    func path(_ folder: String?, _ name: String, _ ending: String) -> String? {
      folder.map { "\($0)/\(name)\(ending)" }
    }
    return zip(moving, names).map { moving, name in
      RegistrationTask(
        moving: moving, output: path(output, name, ".nii.gz"),
        transform: path(transform, name, deformable.isUsed(by: preset) ? ".nii.gz" : ".tfm"),
        report: path(report, name, ".png"),
        inverse: path(deformable.inverse, "\(name)_inverse", ".nii.gz"))
    }
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

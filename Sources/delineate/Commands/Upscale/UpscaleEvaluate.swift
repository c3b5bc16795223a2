import ArgumentParser
import FileOutput
import JSONDocuments
import Reports
import SuperResolution
import VolumeFiles

struct UpscaleEvaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Scores a model on images of high resolution that it has not seen.",
    discussion: """
      Each image is made coarse as the model expects it, raised again, and compared with itself: \
      peak signal-to-noise ratio, structural similarity, normalised error and error of the gradients, \
      beside linear and cubic B-spline interpolation. The centres of coarse voxels are those of blocks \
      of fine ones, so that no fine voxel is simply kept: figures of grids that share voxels are higher.
      """)

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Images of high resolution: files, folders of them, or CSV tables of which every column but case names images.",
      valueName: "path"))
  var images: [String]

  @Option(help: ArgumentHelp("Folder of the model.", valueName: "folder")) var model: String

  @Option(
    help: ArgumentHelp("Which of the model's stages; the last one by default.", valueName: "stage"))
  var stage: StageChoice?

  @Option(help: ArgumentHelp("A .json file for all figures.", valueName: "file"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Folder for the images that are compared: coarse, linear, cubic, model, truth.",
      valueName: "folder"))
  var save: String?

  @Option(
    help: ArgumentHelp(
      "Folder for pictures: coarse, cubic, model and truth side by side, and their differences.",
      valueName: "folder"))
  var report: String?

  @Option(help: BackProjections.help) var backProjections = 0

  @Option(
    help: ArgumentHelp(
      "Label maps whose regions features are computed in, for --pyradiomics: a file, or a folder of files that are named "
        + "as the images.", valueName: "path"))
  var masks: String?

  @Option(
    help: ArgumentHelp(
      "A Python with PyRadiomics, such as python3: how far features of interpolated images and of the model's agree with those of the "
        + "truth.", valueName: "python"))
  var pyradiomics: String?

  @Option(
    help: ArgumentHelp(
      "Width of PyRadiomics' bins of intensities; by default the range in a region is divided into 32.",
      valueName: "width"))
  var binWidth: Double?

  @Option(help: PrecisionChoice.help) var precision = PrecisionChoice.auto

  @OptionGroup var common: OutputOptions

  func validate() throws {
    if images.isEmpty { throw ValidationError("--images needs files or folders") }
    try BackProjections.validate(backProjections)
    if (masks == nil) != (pyradiomics == nil) {
      throw ValidationError("--masks and --pyradiomics go together")
    }
    if let binWidth, !(binWidth > 0 && binWidth.isFinite) || pyradiomics == nil {
      throw ValidationError("--bin-width must be above 0 and needs --pyradiomics")
    }
  }

  func run() throws {
    let console = common.start()
    let agreement = try pyradiomics.flatMap { python in
      try masks.map {
        try UpscalingFeatures(
          RadiomicsProgram(python: python, binWidth: binWidth), masks: UpscaleLabels(path: $0))
      }
    }
    let model = try UpscalingModel(
      contentsOf: model, stage: stage?.stage, precision: precision.precision)
    let images = try UpscaleImages(images).channels()
    var evaluations: [(path: String, evaluation: UpscalingEvaluation)] = []
    for (index, image) in images.enumerated() {
      let comparison = try UpscalingComparison(
        of: image.volume, path: image.name, by: model, backProjections: backProjections)
      let name = Self.name(image.name, index)
      if let save { try write(comparison, name, to: save) }
      if let report { try draw(comparison, name, to: report) }
      try agreement?.add(comparison, of: image.file, name) { console.message("warning: \($0)") }
      evaluations.append((image.name, UpscalingEvaluation(of: comparison)))
      console.progress("upscale evaluate", index + 1, images.count)
    }
    let summary = UpscalingSummary(evaluations.map(\.evaluation))
    var document: JSONObject = [
      "cases": .array(
        evaluations.map { ["image": .string($0.path), "quality": $0.evaluation.document] }),
      "mean": summary.document,
    ]
    document["features"] = agreement?.document
    let rows = summary.rows + (agreement?.rows ?? [])
    if let output { try writeAtomically(JSONValue.object(document).text(.indented(4)), to: output) }
    console.result(.object(document), text: aligned(rows))
  }

  private func write(
    _ images: UpscalingComparison, _ name: String, to folder: String
  ) throws {
    for (part, volume) in [
      ("coarse", images.coarse), ("linear", images.linear), ("cubic", images.cubic),
      ("model", images.model), ("truth", images.truth),
    ] {
      try createFolder("\(folder)/\(part)")
      try volume.write(to: "\(folder)/\(part)/\(name).nii.gz")
    }
  }

  private func draw(
    _ images: UpscalingComparison, _ name: String, to folder: String
  ) throws {
    try createFolder(folder)
    try ResolutionFigure(
      [
        ("coarse", images.coarse), ("cubic", images.cubic), ("model", images.model),
        ("truth", images.truth),
      ], title: name
    ).image.write(to: "\(folder)/\(name).png")
  }

  /// Images of one name in several folders, and channels of one image, stay apart.
  private static func name(_ path: String, _ index: Int) -> String {
    "\(index)_" + fileName(of: path).prefix { $0 != "." }
  }
}

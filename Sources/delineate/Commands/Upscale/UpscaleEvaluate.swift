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
    help: ArgumentHelp("Images of high resolution: files, or folders of them.", valueName: "path"))
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

  @Option(help: PrecisionChoice.help) var precision = PrecisionChoice.auto

  @OptionGroup var common: OutputOptions

  func validate() throws {
    if images.isEmpty { throw ValidationError("--images needs files or folders") }
  }

  func run() throws {
    let console = common.start()
    let model = try UpscalingModel(
      contentsOf: model, stage: stage?.stage, precision: precision.precision)
    let images = try UpscaleImages(images).paths.flatMap(UpscaleImages.channels)
    var evaluations: [(path: String, evaluation: UpscalingEvaluation)] = []
    for (index, image) in images.enumerated() {
      let evaluation = try UpscalingEvaluation(of: image.volume, path: image.path, by: model)
      if let save { try write(evaluation.images, of: image.path, index, to: save) }
      if let report { try draw(evaluation.images, of: image.path, index, to: report) }
      evaluations.append((image.path, evaluation))
      console.progress("upscale evaluate", index + 1, images.count)
    }
    let summary = UpscalingSummary(evaluations.map(\.evaluation))
    let document: JSONValue = [
      "cases": .array(
        evaluations.map { ["image": .string($0.path), "quality": $0.evaluation.document] }),
      "mean": summary.document,
    ]
    if let output { try writeAtomically(document.text(.indented(4)), to: output) }
    console.result(document, text: aligned(summary.rows))
  }

  private func write(
    _ images: UpscalingEvaluation.Images, of path: String, _ index: Int, to folder: String
  ) throws {
    let name = Self.name(path, index)
    for (part, volume) in [
      ("coarse", images.coarse), ("linear", images.linear), ("cubic", images.cubic),
      ("model", images.model), ("truth", images.truth),
    ] {
      try createFolder("\(folder)/\(part)")
      try volume.write(to: "\(folder)/\(part)/\(name).nii.gz")
    }
  }

  private func draw(
    _ images: UpscalingEvaluation.Images, of path: String, _ index: Int, to folder: String
  ) throws {
    try createFolder(folder)
    try ResolutionFigure(
      [
        ("coarse", images.coarse), ("cubic", images.cubic), ("model", images.model),
        ("truth", images.truth),
      ], title: fileName(of: path)
    ).image.write(to: "\(folder)/\(Self.name(path, index)).png")
  }

  /// Images of one name in several folders, and channels of one image, stay apart.
  private static func name(_ path: String, _ index: Int) -> String {
    "\(index)_" + fileName(of: path).prefix { $0 != "." }
  }
}

/// Means over images.
struct UpscalingSummary {
  let rows: [[String]]
  let document: JSONValue

  init(_ evaluations: [UpscalingEvaluation]) {
    let count = Double(max(1, evaluations.count))
    func mean(_ value: (UpscalingEvaluation) -> Double) -> Double {
      evaluations.reduce(0) { $0 + value($1) } / count
    }
    var rows = [["", "PSNR dB", "SSIM", "NMSE", "gradient error"]]
    var fields = JSONObject()
    for (name, part) in [
      ("linear", \UpscalingEvaluation.linear), ("cubic", \.cubic), ("model", \.model),
    ] {
      let quality = [
        \ImageQuality.peakSignalToNoise, \.structuralSimilarity, \.normalisedError, \.gradientError,
      ]
      .map { path in mean { $0[keyPath: part][keyPath: path] } }
      rows.append(
        [
          name, fixed(quality[0], 2), fixed(quality[1], 4), fixed(quality[2], 5),
          fixed(quality[3], 4),
        ])
      fields[name] = [
        "psnr_db": finite(quality[0]), "ssim": finite(quality[1]), "nmse": finite(quality[2]),
        "gradient_error": finite(quality[3]),
      ]
    }
    let better = evaluations.filter {
      $0.model.structuralSimilarity > $0.cubic.structuralSimilarity
    }
    fields["ssim_above_cubic"] = .number(Double(better.count) / count)
    fields["inconsistency"] = finite(mean(\.inconsistency))
    rows.append(["SSIM above cubic in \(better.count) of \(evaluations.count)"])
    self.rows = rows
    document = .object(fields)
  }
}

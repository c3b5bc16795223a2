import ArgumentParser
import Datasets
import Inference
import JSONDocuments
import ModelExchange

struct ModelImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Makes a model out of one that nnU-Net v2 has trained.",
    discussion: """
      The source is the folder that nnU-Net has left, such as \
      nnUNet_results/Dataset004_Hippocampus/nnUNetTrainer__nnUNetPlans__3d_fullres, or an archive of \
      nnUNetv2_export_model_to_zip. All folds are taken over. Checkpoints are read as data: nothing in \
      them is executed. Nothing is written if a weight is missing, left over or of another shape. \
      'predict --model' takes the folder as it is, too.
      """)

  @Argument(help: "Folder with plans.json and fold_K/checkpoint_final.pth, or a zip archive.")
  var source: String

  @Option(help: ArgumentHelp("Folder for the model; it must not exist yet.", valueName: "folder"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "The configuration to take from an archive that holds several.", valueName: "name"))
  var configuration: String?

  @OptionGroup var common: OutputOptions

  func run() throws {
    let console = common.start()
    let model = try ModelImport(source, configuration: configuration).write(to: output)
    let folds = Set(ModelFolder.Checkpoint.allCases.flatMap { model.folds(with: $0) })
    console.result(
      [
        "model": .string(model.path),
        "folds": .array(folds.map(\.description).sorted().map { .string($0) }),
      ], text: model.path + "\n")
  }
}

struct ModelExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes a model for nnU-Net v2, or as ONNX.",
    discussion: """
      nnU-Net predicts from the folder with nnUNetv2_predict_from_modelfolder -m FOLDER, and installs the \
      archive with nnUNetv2_install_pretrained_model_from_zip. Masks by nnU-Net number the labels \
      without gaps; where a model's labels have some, a line says which become which, and the exported \
      dataset.json has the new ones. The ONNX file holds one fold's network: preprocessed patches in, \
      logits out.
      """)

  @Argument(help: "Folder of a trained configuration, with its plans.json.") var model: String

  @Option(
    help: ArgumentHelp(
      "Write nnU-Net's folder of a trained configuration; it must not exist yet.",
      valueName: "folder"))
  var nnunet: String?

  @Option(help: ArgumentHelp("Write an archive that nnU-Net installs.", valueName: "file"))
  var zip: String?

  @Option(help: ArgumentHelp("Write the network of one fold.", valueName: "file"))
  var onnx: String?

  @Option(
    help: ArgumentHelp(
      "The fold for --onnx; by default the first that is trained.", valueName: "0|1|...|all"))
  var fold: String?

  @Option(help: ArgumentHelp("Which weights for --onnx.", valueName: "final|best"))
  var checkpoint = CheckpointChoice.final

  @OptionGroup var common: OutputOptions

  func validate() throws {
    if nnunet == nil, zip == nil, onnx == nil {
      throw ValidationError("nothing to write: give --nnunet, --zip or --onnx")
    }
    if let fold, Fold(fold) == nil {
      throw ValidationError("--fold takes a number or all, not \(fold)")
    }
  }

  func run() throws {
    let console = common.start()
    let export = ModelExport(try ModelFolder(model))
    if let nnunet { try export.writeFolder(to: nnunet) }
    if let zip { try export.writeArchive(to: zip) }
    if let onnx {
      try export.writeONNX(to: onnx, fold: fold.flatMap { Fold($0) }, checkpoint: checkpoint.kind)
    }
    let written = [("nnunet", nnunet), ("zip", zip), ("onnx", onnx)]
    var document = JSONObject()
    for (name, path) in written { document[name] = path.map { .string($0) } }
    let renumbered = nnunet == nil && zip == nil ? [] : export.renumberedLabels
    if !renumbered.isEmpty {
      console.message(
        "masks by nnU-Net have other values than this model's, which have gaps: "
          + renumbered.map { "\($0.exportedValue) for \($0.name) (here \($0.value))" }
          .joined(separator: ", ") + "; the exported dataset.json names them so")
      document["renumbered_labels"] = .object(
        renumbered.reduce(into: JSONObject()) {
          $0[String($1.value)] = .integer($1.exportedValue)
        })
    }
    console.result(
      .object(document), text: written.compactMap(\.1).map { $0 + "\n" }.joined())
  }
}

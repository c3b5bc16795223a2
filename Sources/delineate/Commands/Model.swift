import ArgumentParser
import Datasets
import Inference
import JSONDocuments
import Networks
import Planning
import Tensors
import Workspaces

struct Model: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tells about trained models, and exchanges them with nnU-Net v2.",
    subcommands: [
      ModelInfo.self, ModelImportCommand.self, ModelExportCommand.self, ModelLogits.self,
    ])
}

struct ModelInfo: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Describes a trained model: plan, channels, labels, folds.")

  @Argument(help: "Folder of a trained configuration, with its plans.json.") var model: String

  @OptionGroup var common: OutputOptions

  func run() throws {
    let console = common.start()
    let report = try ModelReport(ModelFolder(model))
    console.result(report.document, text: aligned(report.rows))
  }
}

/// What there is to say about a model.
struct ModelReport {
  let document: JSONValue
  let rows: [[String]]

  init(_ model: ModelFolder) throws {
    var folds = JSONObject()
    var foldTexts: [String] = []
    var trained: TrainedWeights?
    for fold in Set(ModelFolder.Checkpoint.allCases.flatMap { model.folds(with: $0) })
      .sorted(by: { $0.description < $1.description })
    {
      let kinds = ModelFolder.Checkpoint.allCases.filter { model.folds(with: $0).contains(fold) }
      folds[fold.description] = .array(kinds.map { .string($0.rawValue) })
      foldTexts.append("\(fold) (\(kinds.map(\.rawValue).joined(separator: ", ")))")
      if trained == nil, let kind = kinds.first { trained = try model.weights(of: fold, kind) }
    }
    let structures = model.description.labels.structures
    var rows = [
      ["model", model.path], ["dataset", model.plan.datasetName], ["plans", model.plan.plansName],
      ["channels", model.description.channelNames.joined(separator: ", ")],
      [
        "labels",
        structures.map { "\($0.name) \($0.labels.map(String.init).joined(separator: "+"))" }
          .joined(separator: ", "),
      ], ["folds", foldTexts.isEmpty ? "none trained yet" : foldTexts.joined(separator: ", ")],
    ]
    var object: JSONObject = [
      "path": .string(model.path), "dataset": .string(model.plan.datasetName),
      "plans": .string(model.plan.plansName),
      "channels": .array(model.description.channelNames.map { .string($0) }),
      "labels": .object(
        structures.reduce(into: JSONObject()) {
          $0[$1.name] = .array($1.labels.map { .integer($0) })
        }), "folds": .object(folds),
    ]
    if let trained {
      let c = trained.configuration
      let patch = c.patchSize.map(String.init).joined(separator: " ")
      let weights = trained.network.parameters.map(\.count).reduce(0, +)
      rows += [
        ["configuration", trained.configurationName], ["network", c.architecture.kind.rawValue],
        ["features", c.architecture.features.map(String.init).joined(separator: " ")],
        ["weights", "\(weights)"], ["patch", "\(patch) (z, y, x)"],
        ["spacing", c.spacing.map { fixed($0, 3) }.joined(separator: " ") + " mm (z, y, x)"],
      ]
      object["configuration"] = .string(trained.configurationName)
      object["network"] = .string(c.architecture.kind.rawValue)
      object["features"] = .array(c.architecture.features.map { .integer($0) })
      object["weights"] = .integer(weights)
      object["patch_zyx"] = .array(c.patchSize.map { .integer($0) })
      object["spacing_zyx_mm"] = .array(c.spacing.map { .number($0) })
    }
    document = .object(object)
    self.rows = rows
  }
}

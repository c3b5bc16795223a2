internal import Datasets
internal import Evaluation
internal import FileOutput
internal import Inference
internal import JSONDocuments
internal import Planning

extension BestConfiguration {
  /// The name of the file that holds the comparison for programs.
  public static let informationFileName = "inference_information.json"
  /// The name of the file that says how to segment new images.
  public static let instructionsFileName = "inference_instructions.txt"

  /// How to segment new images with the best model, as commands.
  public var instructions: String {
    let folds = folds.map(\.description).joined(separator: ",")
    func predict(_ model: ModelFolder, into folder: String) -> String {
      "  delineate predict --model \(quoted(model.path)) --folds \(folds) --input IMAGES --output \(folder)"
    }
    var lines = ["Segment new images:", ""]
    if winner.models.count == 1 {
      lines.append(predict(winner.models[0], into: "MASKS"))
    } else {
      let folders = winner.models.indices.map { "MASKS_\($0 + 1)" }
      for (model, folder) in zip(winner.models, folders) {
        lines.append(predict(model, into: folder) + " --probabilities")
      }
      lines.append("  delineate ensemble --input \(folders.joined(separator: " ")) --output MASKS")
    }
    lines += [
      "", "Then post-process the masks:", "",
      "  delineate postprocess --input MASKS --output FINAL_MASKS --postprocessing "
        + quoted(postprocessingPath), "",
    ]
    return lines.joined(separator: "\n")
  }

  /// Writes nnU-Net's `inference_information.json` and the commands as `inference_instructions.txt`.
  ///
  /// - Parameter folder: A folder that exists.
  /// - Throws: ``ModelSelectionError/output(_:)``.
  public func writeInstructions(to folder: String) throws(ModelSelectionError) {
    let information = information.sortedByName.text(.indented(4))
    try writing { () throws(FileOutputError) in
      try writeAtomically(information, to: "\(folder)/\(Self.informationFileName)")
      try writeAtomically(instructions, to: "\(folder)/\(Self.instructionsFileName)")
    }
  }

  /// The comparison, with nnU-Net's members.
  private var information: JSONValue {
    var results = JSONObject()
    for candidate in candidates { results[candidate.name] = .number(candidate.score) }
    return [
      "folds": .array(
        folds.map { fold in if case .number(let number) = fold { .integer(number) } else { "all" } }
      ),
      "dataset_name_or_id": .string(winner.models[0].plan.datasetName),
      "considered_models": .array(
        candidates.filter { $0.models.count == 1 }
          .map { identity(of: $0.models[0], plansKey: "plans") }),
      "ensembling_allowed": .bool(comparesEnsembles),
      "all_results": .object(results),
      "best_model_or_ensemble": [
        "result_on_crossval_pre_pp": .number(winner.score),
        "result_on_crossval_post_pp": .number(decision.after.foregroundMean(.dice)),
        "postprocessing_file": .string(postprocessingPath),
        "some_plans_file": .string("\(winner.folder)/plans.json"),
        "selected_model_or_models": .array(
          winner.models.map { identity(of: $0, plansKey: "plans_identifier") }),
      ],
    ]
  }
}

/// Trainer, plan and configuration; nnU-Net names a model's folder by the three.
private func identity(of model: ModelFolder, plansKey: String) -> JSONValue {
  let name = String(model.path.split(separator: "/").last ?? "")
  let parts = name.split(separator: "__", omittingEmptySubsequences: false).map(String.init)
  var members = JSONObject()
  if parts.count == 3 {
    members["trainer"] = .string(parts[0])
    members[plansKey] = .string(parts[1])
    members["configuration"] = .string(parts[2])
  } else {
    members["trainer"] = "delineate"
    members[plansKey] = .string(model.plan.plansName)
    members["configuration"] = .string(name)
  }
  members["folder"] = .string(model.path)
  return .object(members)
}

/// A path as one word of a shell's command line.
private func quoted(_ path: String) -> String {
  let plain = path.utf8.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "/._-+:=@%".utf8.contains(byte)
    }
  }
  return plain && !path.isEmpty ? path : "'" + path.replacing("'", with: "'\\''") + "'"
}

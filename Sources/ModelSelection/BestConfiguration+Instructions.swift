internal import Datasets
internal import Evaluation
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
    return """
      Segment new images:

        delineate predict --model \(quoted(winner.model.path)) --folds \(folds) --input IMAGES --output MASKS

      Then post-process the masks:

        delineate postprocess --input MASKS --output FINAL_MASKS --postprocessing \(quoted(postprocessingPath))

      """
  }

  /// Writes nnU-Net's `inference_information.json` and the commands as `inference_instructions.txt`.
  ///
  /// - Parameter folder: A folder that exists.
  /// - Throws: ``ModelSelectionError/unwritable(path:reason:)``.
  public func writeInstructions(to folder: String) throws(ModelSelectionError) {
    try writeText(
      information.sortedByName.text(.indented(4)), to: "\(folder)/\(Self.informationFileName)")
    try writeText(instructions, to: "\(folder)/\(Self.instructionsFileName)")
  }

  /// The comparison, with nnU-Net's members.
  private var information: JSONValue {
    var results = JSONObject()
    for candidate in candidates { results[candidate.name] = .number(candidate.score) }
    return [
      "folds": .array(
        folds.map { fold in if case .number(let number) = fold { .integer(number) } else { "all" } }
      ),
      "dataset_name_or_id": .string(winner.model.plan.datasetName),
      "considered_models": .array(candidates.map { $0.identity(plansKey: "plans") }),
      "ensembling_allowed": false,
      "all_results": .object(results),
      "best_model_or_ensemble": [
        "result_on_crossval_pre_pp": .number(winner.score),
        "result_on_crossval_post_pp": .number(decision.after.foregroundMean(.dice)),
        "postprocessing_file": .string(postprocessingPath),
        "some_plans_file": .string("\(winner.folder)/plans.json"),
        "selected_model_or_models": [winner.identity(plansKey: "plans_identifier")],
      ],
    ]
  }
}

extension BestConfiguration.Candidate {
  /// Trainer, plan and configuration; nnU-Net names a model's folder by the three.
  fileprivate func identity(plansKey: String) -> JSONValue {
    let pieces = name.split(separator: "__", omittingEmptySubsequences: false).map(String.init)
    var members = JSONObject()
    if pieces.count == 3 {
      members["trainer"] = .string(pieces[0])
      members[plansKey] = .string(pieces[1])
      members["configuration"] = .string(pieces[2])
    } else {
      members["trainer"] = "delineate"
      members[plansKey] = .string(model.plan.plansName)
      members["configuration"] = .string(name)
    }
    members["folder"] = .string(model.path)
    return .object(members)
  }
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

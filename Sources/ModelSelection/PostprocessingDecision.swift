public import Datasets
public import Evaluation
internal import FileOutput
internal import JSONDocuments
internal import Training
internal import VolumeFiles
internal import Volumes
internal import Workspaces

/// Which post-processing improves the masks of a cross-validation.
///
/// First the largest component of all foreground together: it is taken if the mean Dice over all
/// structures rises and no structure's mean falls. Then, where there are several structures, the
/// largest component of each, in their order and on top of what was taken: each is taken if that
/// structure's mean Dice rises.
///
/// - Source: nnU-Net v2's `determine_postprocessing`.
public struct PostprocessingDecision: Sendable {
  /// What was found to be best.
  public let postprocessing: Postprocessing
  /// Scores without it.
  public let before: EvaluationSummary
  /// Scores with it.
  public let after: EvaluationSummary

  /// Decides by scoring every candidate.
  ///
  /// - Parameters:
  ///   - pairs: References and predicted masks of all cases.
  ///   - labels: The dataset's labels.
  ///   - before: Scores of the masks as they are, of the same pairs; nil computes them.
  ///   - progress: Called after every candidate.
  /// - Throws: ``ModelSelectionError/evaluation(_:)``.
  /// - Complexity: Reads all files once per structure and twice more.
  public init(
    on pairs: [EvaluationPair], labels: LabelSet, before: EvaluationSummary? = nil,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(ModelSelectionError) {
    let evaluator = labels.evaluator
    func scores(_ postprocessing: Postprocessing) throws(ModelSelectionError) -> EvaluationSummary {
      do throws(EvaluationError) {
        return try evaluator.evaluate(
          pairs, reading: { try LabelMap(contentsOf: $0) }, transforming: { postprocessing($0) })
      } catch {
        throw .evaluation(error)
      }
    }
    let structures = evaluator.structures
    let total = structures.count > 1 ? structures.count + 1 : 1
    let original: EvaluationSummary
    if let before { original = before } else { original = try scores(Postprocessing()) }
    var (best, current) = (Postprocessing(), original)

    let foreground = labels.foregroundLabels.map { LabelMap.Label($0) }
    let together = Postprocessing(steps: [.region(foreground)])
    let improved = try scores(together)
    if improved.foregroundMean(.dice) > original.foregroundMean(.dice),
      !structures.indices.contains(where: {
        improved.mean(.dice, ofStructure: $0) < original.mean(.dice, ofStructure: $0)
      })
    {
      (best, current) = (together, improved)
    }
    progress(1, total)
    for (index, structure) in structures.enumerated() where structures.count > 1 {
      let candidate = Postprocessing(steps: best.steps + [structure])
      let changed = try scores(candidate)
      if changed.mean(.dice, ofStructure: index) > current.mean(.dice, ofStructure: index) {
        (best, current) = (candidate, changed)
      }
      progress(index + 2, total)
    }
    postprocessing = best
    self.before = original
    after = current
  }

  /// Writes nnU-Net's `postprocessing.json`.
  ///
  /// - Parameter path: Path of the file.
  /// - Throws: ``ModelSelectionError/output(_:)``.
  public func write(to path: String) throws(ModelSelectionError) {
    var document = JSONObject()
    for (name, summary) in [("input_folder", before), ("postprocessed", after)] {
      document[name] = [
        "foreground_mean": summary.json["foreground_mean"] ?? .null,
        "mean": summary.json["mean"] ?? .null,
      ]
    }
    for (name, value) in postprocessing.members { document[name] = value }
    let text = JSONValue.object(document).sortedByName.text(.indented(4))
    try writing { () throws(FileOutputError) in try writeAtomically(text, to: path) }
  }
}

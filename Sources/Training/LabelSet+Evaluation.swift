public import Datasets
public import Evaluation
import Volumes

extension LabelSet {
  /// What scores these labels: every foreground label or region, outside the voxels that nobody has annotated.
  public var evaluator: OverlapEvaluator {
    OverlapEvaluator(
      structures: evaluated.map(evaluation),
      ignoreLabel: ignoreLabel.map { LabelMap.Label($0) })
  }

  /// The names of what is scored.
  public var structureNames: [Evaluation.Structure: String] {
    Dictionary(
      evaluated.map { (evaluation($0), $0.name) }, uniquingKeysWith: { first, _ in first })
  }

  private func evaluation(_ structure: Structure) -> Evaluation.Structure {
    let labels = structure.labels.map { LabelMap.Label($0) }
    return usesRegions && structure.isList ? .region(labels) : .label(labels[0])
  }
}

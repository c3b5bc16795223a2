public import Datasets
public import Planning

extension Configuration {
  /// The labels whose masks by the previous stage are channels of the network's input, ascending; none without a previous stage.
  public func previousStageLabels(of labels: LabelSet) -> [Int16] {
    previousStage == nil ? [] : labels.foregroundLabels.map { Int16($0) }
  }

  /// Number of channels of the network's input: those of the image, and one per foreground label in a cascade.
  public func inputChannels(for labels: LabelSet) -> Int {
    normalizationSchemes.count + previousStageLabels(of: labels).count
  }
}

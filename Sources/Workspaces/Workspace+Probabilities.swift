import Datasets
import FileOutput
import Inference
import Training
import VolumeFiles
import Volumes

extension Workspace {
  /// Says how much of the disk the probabilities of a fold's validation cases may take, if they are saved.
  func tellSizeOfProbabilities(
    of trainer: Trainer, for names: [String], of dataset: Dataset, _ fold: Fold
  ) {
    let folder = ModelFolder.fold(fold, in: modelFolder(trainer.configurationName))
    guard trainer.savesProbabilities(in: folder) else { return }
    let validated = Set(names)
    var bytes = 0.0
    for entry in dataset.cases where validated.contains(entry.id) {
      // What cannot be read is refused by preprocessing.
      guard let image = entry.images.first, let header = try? VolumeHeader(contentsOf: image)
      else { continue }
      bytes += 4 * Double(header.geometry.extent.count)
    }
    bytes *= Double(dataset.description.labels.heads.count)
    var text =
      "the probabilities of \(validated.count) validation cases are saved in \(folder)/validation; "
      + "they take up to \(mebibytes(bytes)) MiB, less as far as they can be compressed"
    if let free = freeBytes(onDiskOf: folder) {
      text += "; \(mebibytes(Double(free))) MiB are free"
      if bytes > Double(free) { text += ", which may be too little" }
    }
    observer.message(text)
  }

  private func mebibytes(_ bytes: Double) -> Int { Int(min(bytes / 0x1p20, 0x1p62).rounded(.up)) }
}

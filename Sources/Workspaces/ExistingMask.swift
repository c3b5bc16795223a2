import Datasets
import VolumeFiles
import Volumes

/// A mask that an earlier prediction has left.
enum ExistingMask {
  /// Whether a file is a mask of a case: it can be read to its end, lies on the image's grid, and has no values but those the model gives.
  ///
  /// - Parameters:
  ///   - path: The file, which need not exist.
  ///   - entry: The case.
  ///   - labels: The model's labels.
  /// - Returns: Whether it need not be made again.
  static func isWhole(_ path: String, of entry: Case, labels: LabelSet) -> Bool {
    guard exists(path), let image = entry.images.first,
      let header = try? VolumeHeader(contentsOf: image),
      let mask = try? LabelMap(contentsOf: path),
      // Formats round origins and directions to single precision.
      mask.geometry.matches(header.geometry, tolerance: 1e-3)
    else { return false }
    var isKnown = [Bool](repeating: false, count: Int(LabelMap.Label.max) + 1)
    for value in labels.maskValues { isKnown[value] = true }
    return mask.labels.allSatisfy { isKnown[Int($0)] }
  }
}

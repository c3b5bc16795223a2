import Volumes

/// Sets some channels to 0 where a case has no data, label -1, so that they look as they do after normalisation within the mask.
struct BackgroundMasking: Hashable, Sendable {
  /// Channels that were normalised within the non-zero region, counted from 0.
  let channels: [Int]

  func apply(to patch: PatchMemory) {
    for channel in channels {
      let values = patch.image + channel * patch.shape.count
      for index in 0..<patch.shape.count where patch.labels[index] < 0 { values[index] = 0 }
    }
  }
}

/// Makes label -1, no data, background.
func removeMissingLabel(from patch: PatchMemory) {
  for index in 0..<patch.shape.count {
    let label = patch.labels[index]
    patch.labels[index] = label == -1 ? 0 : label
  }
}

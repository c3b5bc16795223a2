internal import RegionsOfInterest
internal import Volumes

extension OverlapEvaluator {
  /// Surface distances and lesions of every structure in one case, as far as they are asked for.
  ///
  /// Only the box around a structure is looked at. Voxels to ignore belong to neither mask.
  func shapeScores(
    reference: LabelMap, prediction: LabelMap
  ) -> (surfaces: [SurfaceScores], lesions: [LesionCounts]) {
    var surfaces: [SurfaceScores] = []
    var lesions: [LesionCounts] = []
    guard surface != nil || lesion != nil else { return (surfaces, lesions) }
    let boxes = reference.boxes.merging(prediction.boxes) { $0.union($1) }
    for structure in structures {
      let (first, second) = masks(of: structure, reference, prediction, boxes)
      if let surface {
        surfaces.append(
          SurfaceScores(
            SurfaceDistances(reference: first, prediction: second), settings: surface))
      }
      if let lesion {
        lesions.append(LesionCounts(reference: first, prediction: second, settings: lesion))
      }
    }
    return (surfaces, lesions)
  }

  /// Both masks of a structure, cropped to the box around it.
  private func masks(
    of structure: Structure, _ reference: LabelMap, _ prediction: LabelMap,
    _ boxes: [LabelMap.Label: VoxelBox]
  ) -> (reference: Mask, prediction: Mask) {
    var box: VoxelBox?
    for part in structure.labels.compactMap({ boxes[$0] }) { box = box?.union(part) ?? part }
    let around = box ?? VoxelBox(x: 0..<0, y: 0..<0, z: 0..<0)
    let (first, second) = (reference.cropped(to: around), prediction.cropped(to: around))
    var masks = (first.mask(of: structure.labels), second.mask(of: structure.labels))
    if let ignoreLabel {
      for (index, label) in first.labels.enumerated() where label == ignoreLabel {
        masks.0.voxels[index] = false
        masks.1.voxels[index] = false
      }
    }
    return masks
  }
}

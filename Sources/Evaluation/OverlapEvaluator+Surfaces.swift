internal import Parallelism
internal import RegionsOfInterest
internal import Volumes

/// Surface distances and lesions of every structure in one case; empty where they are not asked for.
struct ShapeScores {
  var surfaces: [SurfaceScores] = []
  var lesions: [LesionCounts] = []
}

extension OverlapEvaluator {
  /// What all cases together may hold while surfaces and lesions are measured.
  var shapeBudget: MemoryBudget {
    let free = SystemMemory.available ?? .max
    return MemoryBudget(bytes: shapeMemory ?? free / 4 * 3)
  }

  /// Measures surfaces and lesions of a case, as far as they are asked for.
  ///
  /// Only the box around a structure is looked at. Voxels to ignore belong to neither mask.
  ///
  /// - Parameters:
  ///   - reference: Labels taken as true.
  ///   - prediction: Labels to score, of the same extent.
  ///   - counts: The voxels of every structure in both.
  ///   - budget: What all threads together may hold.
  ///   - path: The prediction's path, for errors.
  /// - Returns: One entry per structure.
  /// - Throws: ``EvaluationError/memory(path:structure:neededBytes:availableBytes:)``.
  func shapeScores(
    reference: LabelMap, prediction: LabelMap, counts: [ConfusionCounts],
    within budget: MemoryBudget,
    path: String
  ) throws(EvaluationError) -> ShapeScores {
    var scores = ShapeScores()
    guard surface != nil || lesion != nil else { return scores }
    let boxes = reference.boxes.merging(prediction.boxes) { $0.union($1) }
    for (structure, counts) in zip(structures, counts) {
      let box = box(around: structure, boxes)
      let needed = bytes(in: box.extent, counts)
      let isDone: Void? = budget.withBytes(needed) {
        let (first, second) = masks(of: structure, reference, prediction, in: box)
        if let surface {
          scores.surfaces.append(
            SurfaceScores(reference: first, prediction: second, settings: surface))
        }
        if let lesion {
          scores.lesions.append(
            LesionCounts(reference: first, prediction: second, settings: lesion))
        }
      }
      guard isDone != nil else {
        throw .memory(
          path: path, structure: structure.key, neededBytes: needed, availableBytes: budget.bytes)
      }
    }
    return scores
  }

  /// Bytes that a structure in a box takes at most.
  private func bytes(in box: Extent, _ counts: ConfusionCounts) -> Int {
    let voxels = Double(box.count)
    let corners = Double(box.x + 1) * Double(box.y + 1) * Double(box.z + 1)
    let most = Double(max(counts.referenceVoxels, counts.predictedVoxels))
    let surfaces = surface == nil ? 0 : SurfaceDistances.bytes(corners: corners, voxels: most)
    let lesions = lesion == nil ? 0 : LesionCounts.bytes(boxVoxels: voxels, voxels: most)
    // Both masks; before them, both crops of the label maps.
    return Int(2 * voxels + max(4 * voxels, surfaces, lesions))
  }

  /// The box that holds a structure in both label maps; empty where it is in neither.
  private func box(around structure: Structure, _ boxes: [LabelMap.Label: VoxelBox]) -> VoxelBox {
    var box: VoxelBox?
    for part in structure.labels.compactMap({ boxes[$0] }) { box = box?.union(part) ?? part }
    return box ?? VoxelBox(x: 0..<0, y: 0..<0, z: 0..<0)
  }

  /// Both masks of a structure in a box.
  private func masks(
    of structure: Structure, _ reference: LabelMap, _ prediction: LabelMap, in box: VoxelBox
  ) -> (reference: Mask, prediction: Mask) {
    let (first, second) = (reference.cropped(to: box), prediction.cropped(to: box))
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

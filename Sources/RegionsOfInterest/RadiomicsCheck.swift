public import Volumes

/// Whether PyRadiomics takes a mask as the region of an image.
///
/// - Source: PyRadiomics 3.0.1, `imageoperations.checkMask`.
public struct RadiomicsCheck: Hashable, Sendable {
  /// Label of the region; PyRadiomics' setting `label`.
  public var label: LabelMap.Label = 1
  /// Axes along which the region must be longer than one voxel; `minimumROIDimensions`.
  public var minimumDimensions = 2
  /// Voxels that the region must exceed, nil for no limit; `minimumROISize`.
  public var minimumSize: Int?
  /// Share of the spacing by which grids may differ; `geometryTolerance`.
  public var tolerance = 1e-6

  /// PyRadiomics' own settings.
  public init() {}

  /// What PyRadiomics would refuse, in the order in which it looks.
  ///
  /// - Parameters:
  ///   - mask: The mask.
  ///   - image: The image's grid.
  /// - Returns: Nothing if the mask is taken.
  /// - Complexity: One pass over the mask.
  public func problems(of mask: LabelMap, on image: Geometry) -> [RadiomicsProblem] {
    if image.extent != mask.extent {
      return [.sizeMismatch(image: image.extent, mask: mask.extent)]
    }
    var problems: [RadiomicsProblem] = []
    if !image.matches(mask.geometry, tolerance: tolerance) {
      problems.append(
        .geometryMismatch(
          millimetres: image.cornerDifference(from: mask.geometry),
          isMendable: image.misalignment(of: mask.geometry) == nil))
    }
    return problems + regionProblems(of: mask)
  }

  private func regionProblems(of mask: LabelMap) -> [RadiomicsProblem] {
    let boxes = mask.boxes.filter { $0.key != 0 }
    guard !boxes.isEmpty else { return [.noLabels] }
    guard let box = boxes[label] else {
      return [.absentLabel(label, present: boxes.keys.sorted())]
    }
    let dimensions = [box.x, box.y, box.z].count { $0.count > 1 }
    if dimensions == 0 { return [.singleVoxel] }
    var problems: [RadiomicsProblem] = []
    if dimensions < minimumDimensions {
      problems.append(.tooFewDimensions(found: dimensions, needed: minimumDimensions))
    }
    if let minimumSize, let voxels = mask.voxelCounts[label], voxels <= minimumSize {
      problems.append(.tooSmall(voxels: voxels, minimum: minimumSize))
    }
    return problems
  }

  /// The mask on the image's own grid, bit for bit, where that changes no voxel; else nil.
  public func mended(_ mask: LabelMap, on image: Geometry) -> LabelMap? {
    guard image.misalignment(of: mask.geometry) == nil else { return nil }
    return LabelMap(labels: mask.labels, geometry: image)
  }
}

/// Why PyRadiomics refuses a mask.
public enum RadiomicsProblem: Hashable, Sendable, CustomStringConvertible {
  /// The mask has other numbers of voxels than the image.
  case sizeMismatch(image: Extent, mask: Extent)
  /// The grids differ by more than the tolerance; mendable if by less than a tenth of a voxel.
  case geometryMismatch(millimetres: Double, isMendable: Bool)
  /// All voxels are background.
  case noLabels
  /// The region's label does not occur.
  case absentLabel(LabelMap.Label, present: [LabelMap.Label])
  /// The region is one voxel.
  case singleVoxel
  /// The region is flat or a line.
  case tooFewDimensions(found: Int, needed: Int)
  /// The region has too few voxels.
  case tooSmall(voxels: Int, minimum: Int)

  /// Whether a copy of the mask on the image's grid is free of it.
  public var isMendable: Bool {
    if case .geometryMismatch(_, let isMendable) = self { isMendable } else { false }
  }

  /// What is wrong and what to do, on one line.
  public var description: String {
    switch self {
    case .sizeMismatch(let image, let mask):
      "the image has \(image) voxels, the mask \(mask); resample the mask: delineate resample"
        + " MASK OUTPUT --like IMAGE --labels"
    case .geometryMismatch(let millimetres, let isMendable):
      "the mask's grid is up to \((millimetres * 1e6).rounded() / 1e6) mm from the image's; "
        + (isMendable
          ? "--output writes it on the image's"
          : "check that they belong together, then resample the mask: delineate resample MASK OUTPUT"
            + " --like IMAGE --labels")
    case .noLabels: "nothing is segmented; draw the region"
    case .absentLabel(let label, let present):
      "label \(label) does not occur, but \(present.map { "\($0)" }.joined(separator: ", ")); choose one"
        + " by --label and by PyRadiomics' setting label"
    case .singleVoxel: "the region is a single voxel, of which there are no features; leave it out"
    case .tooFewDimensions(let found, let needed):
      "the region is longer than a voxel along \(found) axes, expected \(needed); leave it out or lower"
        + " minimumROIDimensions"
    case .tooSmall(let voxels, let minimum):
      "the region has \(voxels) voxels, expected more than \(minimum); leave it out or lower"
        + " minimumROISize"
    }
  }

  /// What PyRadiomics' own message says, to be searched for.
  public var quotation: String {
    switch self {
    case .sizeMismatch: "which does not match the primary input's size of"
    case .geometryMismatch: "Image/Mask geometry mismatch"
    case .noLabels, .absentLabel: "not present in mask"
    case .singleVoxel:
      "mask only contains 1 segmented voxel! Cannot extract features for a single voxel."
    case .tooFewDimensions: "mask has too few dimensions"
    case .tooSmall: "Size of the ROI is too small"
    }
  }
}

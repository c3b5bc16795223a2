import ArgumentParser
import VolumeFiles
import Volumes

/// What is known of both images, by which a registration is judged.
struct KnownStructureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Label map on the fixed grid: the Dice of each label before and after is printed; needs \
      --moving-labels.
      """, valueName: "file"))
  var fixedLabels: String?

  @Option(
    help: ArgumentHelp(
      "Label map on the moving image's grid, such as an atlas's.", valueName: "file"))
  var movingLabels: String?

  @Option(
    help: ArgumentHelp(
      "The moving labels on the fixed grid, to write; no new label arises.", valueName: "file"))
  var labelsOutput: String?

  @Option(
    help: ArgumentHelp(
      """
      Landmarks of the fixed image, a CSV file with the columns x, y, z in mm: the target registration \
      error before and after is printed; needs --moving-points.
      """, valueName: "file"))
  var fixedPoints: String?

  @Option(
    help: ArgumentHelp(
      "The same landmarks in the moving image, in the same order.", valueName: "file"))
  var movingPoints: String?

  @Option(
    help: ArgumentHelp(
      "Axes of the landmarks: lps (ITK, DICOM; the default) or ras (NIfTI).", valueName: "lps|ras"))
  var frame: PointFrame?

  private var given: [String] {
    [
      fixedLabels.map { _ in "--fixed-labels" }, movingLabels.map { _ in "--moving-labels" },
      fixedPoints.map { _ in "--fixed-points" }, movingPoints.map { _ in "--moving-points" },
      labelsOutput.map { _ in "--labels-output" },
    ].compactMap { $0 }
  }

  func validate(movingCount: Int) throws {
    if let option = given.first, movingCount > 1 {
      throw ValidationError("\(option) belongs to one moving image, not to \(movingCount)")
    }
    if fixedLabels != nil, movingLabels == nil {
      throw ValidationError("--fixed-labels needs --moving-labels, to compare them with")
    }
    if movingLabels != nil, fixedLabels == nil, labelsOutput == nil {
      throw ValidationError("--moving-labels needs --labels-output, --fixed-labels or both")
    }
    if labelsOutput != nil, movingLabels == nil {
      throw ValidationError("--labels-output needs --moving-labels, to carry over")
    }
    if (fixedPoints == nil) != (movingPoints == nil) {
      throw ValidationError("--fixed-points and --moving-points belong together")
    }
    if frame != nil, fixedPoints == nil {
      throw ValidationError("--frame belongs to --fixed-points and --moving-points")
    }
    if let labelsOutput, VolumeFileFormat(path: labelsOutput) == nil {
      throw ValidationError(
        "--labels-output must end in .nii.gz, .nii, .nrrd, .mha or .tif, not \(labelsOutput)")
    }
  }

  /// Reads what was given for two images; nil if nothing was.
  func read(fixed: String, moving: String) throws -> KnownStructures? {
    guard !given.isEmpty else { return nil }
    var landmarks: KnownStructures.Landmarks?
    if let fixedPoints, let movingPoints {
      let points = try PointTable(contentsOf: fixedPoints, frame: frame ?? .lps)
      let targets = try PointTable(contentsOf: movingPoints, frame: frame ?? .lps)
      try points.checkSamePoints(as: targets)
      landmarks = .init(fixed: points.points, moving: targets.points)
    }
    return KnownStructures(
      fixedLabels: try fixedLabels.map { try labels($0, of: fixed) },
      movingLabels: try movingLabels.map { try labels($0, of: moving) },
      labelsOutput: labelsOutput, landmarks: landmarks)
  }

  private func labels(_ path: String, of image: String) throws -> LabelMap {
    try checkSameGrid(labels: path, image: image)
    return try LabelMap(contentsOf: path)
  }
}

/// Refuses a label map that does not lie on an image's grid.
func checkSameGrid(labels: String, image: String) throws {
  let map = try VolumeHeader(contentsOf: labels).geometry
  let grid = try VolumeHeader(contentsOf: image).geometry
  guard map.matches(grid, tolerance: 1e-3) else {
    throw TableProblem(
      path: labels, problem: "is on another grid (\(map.extent)) than \(image) (\(grid.extent))")
  }
}

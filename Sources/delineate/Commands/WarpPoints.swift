import ArgumentParser
import JSONDocuments
import Registration
import SpatialTransforms

/// What `warp` does with points instead of an image.
struct WarpPointOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Points to pass through the transforms instead of an image: a CSV file with the columns x, y, z \
      in mm. They go from the fixed image to the moving image.
      """, valueName: "file"))
  var points: String?

  @Option(
    help: ArgumentHelp(
      """
      Axes of the points, read and written: lps (ITK, DICOM; the default) or ras (NIfTI, 3D Slicer's \
      display).
      """, valueName: "lps|ras"))
  var frame: PointFrame?

  @Option(
    help: ArgumentHelp(
      """
      Where the points belong in the moving image, in the same order: distances before and after are \
      printed (target registration error).
      """, valueName: "file"))
  var landmarks: String?

  /// Passes the points, writes them if a name is given, and prints.
  func run(_ points: String, through chain: TransformChain, to output: String?, _ console: Console)
    throws
  {
    let frame = frame ?? .lps
    let fixedPoints = try PointTable(contentsOf: points, frame: frame)
    var moved = fixedPoints
    moved.map(chain.map)
    var document: JSONObject = [
      "output": output.map { .string($0) } ?? .null, "points": .integer(moved.points.count),
    ]
    var text = output.map { "\($0): \(moved.points.count) points\n" } ?? ""
    if let landmarks {
      let targets = try PointTable(contentsOf: landmarks, frame: frame)
      try fixedPoints.checkSamePoints(as: targets)
      let before = LandmarkErrors(from: fixedPoints.points, to: targets.points)
      let after = LandmarkErrors(from: moved.points, to: targets.points)
      document["error_before_mm"] = before.document
      document["error_after_mm"] = after.document
      text += aligned([LandmarkErrors.heading, before.row("before"), after.row("after")])
    }
    if let output { try moved.write(to: output) }
    console.result(.object(document), text: text)
  }
}

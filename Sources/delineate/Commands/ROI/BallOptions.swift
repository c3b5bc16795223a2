import ArgumentParser
import RegionsOfInterest
import Volumes

/// How far regions grow or shrink.
struct BallOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Radius in millimetres.", valueName: "radius"))
  var mm: Double?

  @Option(help: ArgumentHelp("Radius in voxels, whatever their size.", valueName: "radius"))
  var voxels: Double?

  @OptionGroup var slices: SliceOptions

  func validate() throws {
    guard (mm == nil) != (voxels == nil) else {
      throw ValidationError("give either --mm or --voxels")
    }
    if let radius = mm ?? voxels, !(radius >= 0 && radius.isFinite) {
      throw ValidationError("--\(mm == nil ? "voxels" : "mm") must be at least 0, not \(radius)")
    }
  }

  /// The ball, after a word about axes on which it reaches nothing.
  func ball(on grid: Geometry, _ console: Console) throws -> Ball {
    let ball = try Ball(
      radius: mm ?? voxels ?? 0, unit: mm == nil ? .voxels : .millimetres,
      sliceAxis: slices.axis)
    let axes = ball.axesNotReached(on: grid)
    if !axes.isEmpty {
      console.message(
        "warning: voxels are farther apart than the radius along "
          + axes.map(\.rawValue).joined(separator: " and ") + ": nothing changes along it")
    }
    return ball
  }
}

/// Whether slices are apart.
struct SliceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Work in every slice perpendicular to this axis of the file by itself; z in most files for axial slices.",
      valueName: "x|y|z"))
  var perSlice: AxisChoice?

  /// The axis across slices; nil where they are not apart.
  var axis: GridAxis? { perSlice?.axis }
}

/// An axis of a file.
enum AxisChoice: String, ExpressibleByArgument, CaseIterable {
  case x, y, z

  var axis: GridAxis {
    switch self {
    case .x: .x
    case .y: .y
    case .z: .z
    }
  }
}

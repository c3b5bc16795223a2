import ArgumentParser
import RegionsOfInterest
import Volumes

struct ROIErode: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "erode", abstract: "Shrinks regions by a radius.",
    discussion: """
      A voxel stays if the centres of all voxels outside of its region are farther than the radius. \
      Every label is eroded by itself, from its neighbours too; what is taken becomes background.
      """)

  @OptionGroup var files: RegionFiles
  @OptionGroup var radius: BallOptions
  @OptionGroup var beyond: BorderOptions
  @OptionGroup var common: OutputOptions

  func run() throws {
    let console = common.start()
    try files.transform(console) { map, labels in
      try map.eroded(
        by: radius.ball(on: map.geometry, console), labels: labels, outside: beyond.border.outside)
    }
  }
}

/// What lies beyond the grid.
struct BorderOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What lies beyond the image's border; with unknown nothing is eroded from there.",
      valueName: "unknown|background"))
  var border = BorderChoice.unknown
}

/// What lies beyond the grid.
enum BorderChoice: String, ExpressibleByArgument, CaseIterable {
  case unknown, background

  var outside: OutsideOfGrid { self == .unknown ? .unknown : .background }
}

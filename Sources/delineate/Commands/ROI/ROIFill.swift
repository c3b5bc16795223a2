import ArgumentParser
import RegionsOfInterest

struct ROIFill: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fill", abstract: "Fills the holes of regions.",
    discussion: """
      A hole is background, connected over faces of voxels, that a region encloses; other labels in it \
      stay.
      """)

  @OptionGroup var files: RegionFiles
  @OptionGroup var slices: SliceOptions

  @Option(help: ArgumentHelp("Larger holes stay.", valueName: "ml"))
  var maximumMl: Double?

  @OptionGroup var common: OutputOptions

  func validate() throws {
    if let maximumMl, !(maximumMl >= 0) {
      throw ValidationError("--maximum-ml must be at least 0, not \(maximumMl)")
    }
  }

  func run() throws {
    let console = common.start()
    try files.transform(console) { map, labels in
      try map.holesFilled(labels: labels, sliceAxis: slices.axis, upTo: maximumMl)
    }
  }
}

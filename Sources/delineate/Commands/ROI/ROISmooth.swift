import ArgumentParser
import RegionsOfInterest

struct ROISmooth: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "smooth", abstract: "Smooths the borders of regions.",
    discussion: """
      Every region is blurred by a Gaussian; a voxel takes the label with the largest share, background \
      among them. Parts thinner than the Gaussian vanish.
      """)

  @OptionGroup var files: RegionFiles

  @Option(help: ArgumentHelp("Standard deviation of the Gaussian in mm.", valueName: "sigma"))
  var mm: Double

  @OptionGroup var slices: SliceOptions
  @OptionGroup var common: OutputOptions

  func validate() throws {
    guard mm > 0, mm.isFinite else { throw ValidationError("--mm must be above 0, not \(mm)") }
  }

  func run() throws {
    let console = common.start()
    try files.transform(console) { map, labels in
      try map.smoothed(
        by: SmoothingWidth(millimetres: mm, sliceAxis: slices.axis), labels: labels)
    }
  }
}

import ArgumentParser
import RegionsOfInterest
import Volumes

struct ROIClose: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "close", abstract: "Dilates and erodes regions: thin gaps and holes are filled.",
    discussion: """
      Every label is closed by itself. What several labels would take goes to the nearest; nothing that \
      carries a label changes.
      """)

  @OptionGroup var files: RegionFiles
  @OptionGroup var radius: BallOptions
  @OptionGroup var limit: AllowedOptions
  @OptionGroup var common: OutputOptions

  func run() throws {
    let console = common.start()
    try files.transform(console) { map, labels in
      try map.closed(
        by: radius.ball(on: map.geometry, console), labels: labels,
        inside: limit.mask(on: map.geometry, console))
    }
  }
}

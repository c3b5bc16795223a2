import ArgumentParser
import RegionsOfInterest
import Volumes

struct ROIOpen: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "open", abstract: "Erodes and dilates regions: thin parts vanish.",
    discussion: "Every label is opened by itself; what is taken becomes background.")

  @OptionGroup var files: RegionFiles
  @OptionGroup var radius: BallOptions
  @OptionGroup var beyond: BorderOptions
  @OptionGroup var common: OutputOptions

  func run() throws {
    let console = common.start()
    try files.transform(console) { map, labels in
      try map.opened(
        by: radius.ball(on: map.geometry, console), labels: labels, outside: beyond.border.outside)
    }
  }
}

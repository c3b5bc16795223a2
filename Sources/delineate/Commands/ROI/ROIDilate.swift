import ArgumentParser
import RegionsOfInterest
import Volumes

struct ROIDilate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dilate", abstract: "Grows regions by a radius, none into another.",
    discussion: """
      A background voxel takes the label of the nearest region if its centre is within the radius of \
      that of one of the region's voxels; of equally near regions the smallest label.
      """)

  @OptionGroup var files: RegionFiles
  @OptionGroup var radius: BallOptions
  @OptionGroup var limit: AllowedOptions
  @OptionGroup var common: OutputOptions

  func run() throws {
    let console = common.start()
    try files.transform(console) { map, labels in
      try map.dilated(
        by: radius.ball(on: map.geometry, console), labels: labels,
        inside: limit.mask(on: map.geometry, console))
    }
  }
}

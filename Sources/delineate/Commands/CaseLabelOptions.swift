import ArgumentParser
import Resampling
import SpatialTransforms
import VolumeFiles
import Volumes

/// A case's label map, brought onto the grid of its channels.
struct CaseLabelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The case's label map, to bring onto the same grid; needs --labels-output.",
      valueName: "file"))
  var labels: String?

  @Option(
    help: ArgumentHelp(
      "The channel on which the label map was drawn; the reference by default.",
      valueName: "name"))
  var labelsOn: String?

  @Option(
    help: ArgumentHelp(
      "The folder for the label map, CASE.nii.gz, such as a dataset's labelsTr.",
      valueName: "folder"))
  var labelsOutput: String?

  func validate() throws {
    if (labels == nil) != (labelsOutput == nil) {
      throw ValidationError("--labels and --labels-output belong together")
    }
    if labelsOn != nil, labels == nil { throw ValidationError("--labels-on belongs to --labels") }
  }

  /// A label map and the channel whose grid it is on.
  struct Drawn {
    var map: LabelMap
    var channel: Int

    /// The label map on the grid of channels that are in line.
    func onGrid(of channels: [ChannelAlignment.Channel]) throws -> LabelMap {
      let grid = channels[channel].image.geometry
      return map.geometry.matches(grid, tolerance: 1e-6)
        ? map : try map.resampled(onto: grid, through: channels[channel].chain.map)
    }
  }

  /// Reads the label map; nil if there is none.
  func read(drawnOn files: [ChannelFile], reference: Int) throws -> Drawn? {
    guard let labels else { return nil }
    let channel = try labelsOn.map { try ChannelFolder.index(of: $0, in: files) } ?? reference
    try checkSameGrid(labels: labels, image: files[channel].path)
    return Drawn(map: try LabelMap(contentsOf: labels), channel: channel)
  }
}

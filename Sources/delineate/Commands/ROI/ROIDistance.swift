import ArgumentParser
import JSONDocuments
import RegionsOfInterest
import VolumeFiles
import Volumes

struct ROIDistance: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "distance", abstract: "Writes how far every voxel is from a region, in mm.",
    discussion: """
      Distances are exact, between centres of voxels, on any spacing. --inside outside makes those of \
      voxels of the region negative: minus the distance to the nearest voxel outside; --inside border \
      measures to those of the region with one outside among their 26 neighbours, which have 0, as in ITK's signed Maurer map.
      """)

  @Argument(help: "The mask.") var mask: String
  @Argument(help: "The image of distances to write.") var output: String

  @Option(help: ArgumentHelp("Labels that make up the region; by default all.", valueName: "list"))
  var labels: LabelList?

  @Option(
    help: ArgumentHelp(
      "What voxels of the region get: 0, or minus a distance.", valueName: "zero|outside|border"))
  var inside = InsideChoice.zero

  @OptionGroup var common: OutputOptions

  func run() throws {
    let console = common.start()
    let map = try LabelMap(contentsOf: mask)
    let region = try naming(mask) { try map.region(of: labels?.labels) }
    guard region.box != nil else {
      throw FileProblem(path: mask, cause: RegionError.emptyRegion)
    }
    let distances =
      switch inside {
      case .zero: region.distancesToMask
      case .outside: region.signedDistances(to: .outside)
      case .border: region.signedDistances(to: .border)
      }
    let image = Volume(voxels: distances.voxels.map { Float($0) }, geometry: map.geometry)
    try image.write(to: output)
    let farthest = Double(image.voxels.filter(\.isFinite).max() ?? 0)
    console.result(
      ["output": .string(output), "farthest_mm": .number(farthest)],
      text: "\(output): up to \(fixed(farthest, 3)) mm\n")
  }
}

/// What voxels of the region get.
enum InsideChoice: String, ExpressibleByArgument, CaseIterable {
  case zero, outside, border
}

import ArgumentParser
import JSONDocuments
import RegionsOfInterest
import VolumeFiles
import Volumes

struct ROIShell: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shell", abstract: "Makes rings around a tumour, or rims inside it.",
    discussion: """
      Limits of 0,5,10 give the voxels up to 5 mm from the tumour label 1 and those up to 10 mm label 2; \
      negative limits lie inside: -3,0 is the tumour's outer 3 mm. Write those as --limits=-3,0. Rings \
      never overlap.
      """)

  @Argument(help: "The mask that holds the tumour.") var mask: String
  @Argument(help: "The label map to write, on the same grid.") var output: String

  @Option(
    help: ArgumentHelp(
      "Ascending distances from the tumour's border; every two neighbours bound a ring.",
      valueName: "mm,mm,..."))
  var limits: DistanceList

  @Option(
    help: ArgumentHelp(
      "Labels that make up the tumour, such as 1,2; by default all.", valueName: "list"))
  var labels: LabelList?

  @Option(
    help: ArgumentHelp(
      "What becomes of the tumour itself; with own-label it is 1 and rings start at 2.",
      valueName: "excluded|first-ring|own-label"))
  var tumour = TumourChoice.excluded

  @Flag(
    help: """
      Measure along the shortest way that stays inside what is allowed, so that a ring does not leak \
      across a fissure or around an organ; needs --inside or --avoid.
      """)
  var geodesic = false

  @OptionGroup var limit: AllowedOptions
  @OptionGroup var slices: SliceOptions
  @OptionGroup var common: OutputOptions

  func validate() throws {
    if geodesic, !limit.isLimited {
      throw ValidationError("--geodesic needs --inside or --avoid, else nothing is in the way")
    }
  }

  func run() throws {
    let console = common.start()
    let map = try LabelMap(contentsOf: mask)
    let allowed = try limit.mask(on: map.geometry, console)
    let result = try naming(mask) {
      var shells = try Shells(limits: limits.distances)
      shells.tumour = tumour.treatment
      shells.sliceAxis = slices.axis
      shells.paths = geodesic ? .geodesic : .straight
      return try map.region(of: labels?.labels).shells(shells, inside: allowed)
    }
    try result.map.write(to: output)
    report(result.shells, map.geometry.voxelVolume, console)
  }

  private func report(_ shells: [Shell], _ voxelVolume: Double, _ console: Console) {
    var rows = [["Ring", "Label", "Voxels", "ml", "Not allowed"]]
    for shell in shells {
      rows.append([
        shell.name, "\(shell.label)", "\(shell.voxels)",
        fixed(Double(shell.voxels) * voxelVolume / 1000, 3),
        fixed(100 * shell.removedShare, 1) + " %",
      ])
    }
    console.result(
      [
        "output": .string(output),
        "rings": .array(
          shells.map {
            [
              "name": .string($0.name), "label": .integer(Int($0.label)),
              "voxels": .integer($0.voxels), "mm3": .number(Double($0.voxels) * voxelVolume),
              "removed_share": finite($0.removedShare),
            ]
          }),
      ], text: aligned(rows) + "\(output)\n")
  }
}

/// Distances such as 0,5,10.
struct DistanceList: ExpressibleByArgument {
  let distances: [Double]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
      .map { Double($0) }
    distances = parts.compactMap { $0 }
    guard distances.count == parts.count, distances.count > 1,
      distances.allSatisfy(\.isFinite),
      zip(distances, distances.dropFirst()).allSatisfy({ $0 < $1 })
    else { return nil }
  }
}

/// What becomes of the tumour itself.
enum TumourChoice: String, ExpressibleByArgument, CaseIterable {
  case excluded
  case firstRing = "first-ring"
  case ownLabel = "own-label"

  var treatment: Shells.Tumour {
    switch self {
    case .excluded: .excluded
    case .firstRing: .inFirstShell
    case .ownLabel: .underItsOwnLabel
    }
  }
}

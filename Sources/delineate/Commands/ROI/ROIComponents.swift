import ArgumentParser
import JSONDocuments
import RegionsOfInterest
import VolumeFiles
import Volumes

struct ROIComponents: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "components",
    abstract: "Keeps connected parts of regions by size or place, or numbers them.",
    discussion: """
      Every label is taken apart by itself. What is to be kept must meet every option given; --largest \
      counts among those that meet the others.
      """)

  @OptionGroup var files: RegionFiles

  @Option(help: ArgumentHelp("Keep so many of the largest of each label.", valueName: "n"))
  var largest: Int?

  @Option(help: ArgumentHelp("Keep those of at least this volume.", valueName: "ml"))
  var minimumMl: Double?

  @Option(help: ArgumentHelp("Keep those that touch this mask.", valueName: "mask"))
  var seed: String?

  @Option(
    help: ArgumentHelp(
      "Neighbours of a voxel: over faces, edges too, corners too.", valueName: "6|18|26"))
  var connectivity = ConnectivityChoice.corners

  @Flag(
    help: "Give each its own label from 1: by ascending labels, the largest first.")
  var number = false

  @OptionGroup var common: OutputOptions

  func validate() throws {
    guard largest != nil || minimumMl != nil || seed != nil || number else {
      throw ValidationError("give --largest, --minimum-ml, --seed or --number")
    }
    if let largest, largest < 1 {
      throw ValidationError("--largest must be at least 1, not \(largest)")
    }
    if let minimumMl, !(minimumMl >= 0) {
      throw ValidationError("--minimum-ml must be at least 0, not \(minimumMl)")
    }
  }

  func run() throws {
    let console = common.start()
    let map = try LabelMap(contentsOf: files.mask)
    var criteria: [ComponentCriterion] = []
    if let minimumMl { criteria.append(.minimumVolume(minimumMl)) }
    if let seed { criteria.append(.touching(try mask(from: seed, on: map.geometry, console))) }
    if let largest { criteria.append(.largest(largest)) }
    let result = try naming(files.mask) {
      try map.keepingComponents(
        meeting: criteria, connectivity: connectivity.connectivity, labels: files.labels?.labels,
        numbering: number ? .oneLabelEach : .keepLabels)
    }
    try result.map.write(to: files.output)
    report(result.components, map.geometry.voxelVolume / 1000, console)
  }

  private func report(_ components: [ComponentVolume], _ volume: Double, _ console: Console) {
    var rows = [["Label", "Components", "kept", "ml", "kept"]]
    for label in Set(components.map(\.label)).sorted() {
      let all = components.filter { $0.label == label }
      let kept = all.filter(\.isKept)
      func millilitres(_ parts: [ComponentVolume]) -> String {
        fixed(Double(parts.reduce(0) { $0 + $1.voxels }) * volume, 3)
      }
      rows.append(
        ["\(label)", "\(all.count)", "\(kept.count)", millilitres(all), millilitres(kept)])
    }
    console.result(
      [
        "output": .string(files.output),
        "components": .array(
          components.map {
            [
              "label": .integer(Int($0.label)), "voxels": .integer($0.voxels),
              "ml": .number(Double($0.voxels) * volume), "kept": .bool($0.isKept),
            ]
          }),
      ], text: aligned(rows) + "\(files.output)\n")
  }
}

/// Which voxels are neighbours.
enum ConnectivityChoice: String, ExpressibleByArgument, CaseIterable {
  case faces = "6"
  case edges = "18"
  case corners = "26"

  var connectivity: Connectivity {
    switch self {
    case .faces: .faces
    case .edges: .edges
    case .corners: .corners
    }
  }
}

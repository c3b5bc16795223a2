import ArgumentParser
import JSONDocuments
import RandomNumbers
import RegionsOfInterest
import Resampling
import SimulatedRaters
import VolumeFiles
import Volumes

struct RatersPerturb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "perturb", abstract: "Takes an image and its mask again, a little different.",
    discussion: """
      For test-retest without a second scan: noise is added, image and mask are sampled on a grid that \
      is turned and moved by part of a voxel, the region is grown or shrunk, and its border is drawn \
      anew along the image (Zwanenburg 2019, in this order). The files written keep their place in the \
      world. Equal seeds give equal files.
      """)

  @Argument(help: "The image.") var image: String
  @Argument(help: "The mask, on the image's grid.") var mask: String

  @Option(help: ArgumentHelp("The image to write.", valueName: "file")) var imageOutput: String
  @Option(help: ArgumentHelp("The mask to write.", valueName: "file")) var maskOutput: String

  @Option(help: ArgumentHelp("Seed of all chance.", valueName: "n")) var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "Standard deviation of the noise, or estimated for as much as the image has.",
      valueName: "number|estimated"))
  var noise: NoiseChoice?

  @Option(help: ArgumentHelp("Turn the grid about its centre.", valueName: "degrees"))
  var rotation = 0.0

  @Option(help: ArgumentHelp("The axis of the file to turn about.", valueName: "x|y|z"))
  var rotationAxis = AxisChoice.z

  @Option(
    help: ArgumentHelp(
      "Move the grid by shares of a voxel, such as 0.25,0.75,0.", valueName: "x,y,z"))
  var translation: Triple<Double>?

  @Option(
    help: ArgumentHelp("Interpolation: 1 linear, 3 cubic B-spline.", valueName: "1|3"))
  var order = 3

  @Option(
    help: ArgumentHelp("Value beyond the image, such as -1024 for CT.", valueName: "number"))
  var outside: Float = 0

  @Option(
    help: ArgumentHelp(
      "Grow every label by this share of its voxels; negative, shrink.", valueName: "share"))
  var volumeChange: Double?

  @Flag(help: "Draw the border anew along the image, by supervoxels.")
  var contours = false

  @OptionGroup var common: OutputOptions

  func validate() throws {
    guard order == 1 || order == 3 else {
      throw ValidationError("--order must be 1 or 3, not \(order)")
    }
    guard -360...360 ~= rotation else {
      throw ValidationError("--rotation must be from -360 to 360, not \(rotation)")
    }
    if let translation, !translation.numbers.allSatisfy({ -1...1 ~= $0 }) {
      throw ValidationError("--translation must be three numbers from -1 to 1")
    }
    if let volumeChange, !(-0.99...10 ~= volumeChange) {
      throw ValidationError("--volume-change must be from -0.99 to 10, not \(volumeChange)")
    }
  }

  func run() throws {
    let console = common.start()
    var perturbation = ImagePerturbation()
    (perturbation.rotation, perturbation.rotationAxis) = (rotation, rotationAxis.axis)
    perturbation.translation = Vector3(
      translation?.x ?? 0, translation?.y ?? 0, translation?.z ?? 0)
    perturbation.noise = noise?.noise ?? .none
    perturbation.interpolation = order == 1 ? .linear : .cubic
    perturbation.outside = outside
    var generator = SplitMix64(seed: seed)
    let (volume, map) = (try Volume<Float>(contentsOf: image), try LabelMap(contentsOf: mask))
    let (again, region) = try simulating(mask) {
      let (again, moved) = try perturbation.applied(to: volume, map, using: &generator)
      return (again, try redrawn(moved, in: again, using: &generator))
    }
    try again.write(to: imageOutput)
    try region.write(to: maskOutput)
    report(map, region, console)
  }

  /// The labels with other volumes and borders; of voxels that several claim the smallest.
  private func redrawn(
    _ map: LabelMap, in image: Volume<Float>, using generator: inout SplitMix64
  ) throws -> LabelMap {
    guard volumeChange != nil || contours else { return map }
    var result = map
    for index in result.labels.indices { result.labels[index] = 0 }
    for label in map.voxelCounts.keys.filter({ $0 != 0 }).sorted() {
      var region = map.mask(of: [label])
      if let volumeChange {
        region = try region.withVolumeChanged(by: volumeChange, using: &generator)
      }
      if contours {
        region = try ContourRandomisation(of: region, in: image).mask(using: &generator)
      }
      for voxel in region.voxels.indices where region.voxels[voxel] && result.labels[voxel] == 0 {
        result.labels[voxel] = label
      }
    }
    return result
  }

  private func report(_ before: LabelMap, _ after: LabelMap, _ console: Console) {
    let (old, new) = (before.voxelCounts, after.voxelCounts)
    let labels = Set(old.keys).union(new.keys).subtracting([0]).sorted()
    console.result(
      [
        "image_output": .string(imageOutput), "mask_output": .string(maskOutput),
        "seed": .string("\(seed)"),
        "regions": .array(
          labels.map {
            [
              "label": .integer(Int($0)), "voxels_before": .integer(old[$0] ?? 0),
              "voxels": .integer(new[$0] ?? 0),
            ]
          }),
      ],
      text: aligned(
        [["Label", "Voxels before", "after"]]
          + labels.map { ["\($0)", "\(old[$0] ?? 0)", "\(new[$0] ?? 0)"] })
        + "\(imageOutput)\n\(maskOutput)\n")
  }
}

/// A standard deviation, or the word for that of the image.
enum NoiseChoice: ExpressibleByArgument {
  case deviation(Double)
  case estimated

  init?(argument: String) {
    if argument == "estimated" {
      self = .estimated
      return
    }
    guard let value = Double(argument), value >= 0, value.isFinite else { return nil }
    self = .deviation(value)
  }

  var noise: ImagePerturbation.Noise {
    switch self {
    case .deviation(let value): .standardDeviation(value)
    case .estimated: .estimated
    }
  }
}

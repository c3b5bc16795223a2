import ArgumentParser
import FileOutput
import JSONDocuments
import RandomNumbers
import RegionsOfInterest
import SimulatedRaters
import VolumeFiles
import Volumes

struct RatersSimulate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate", abstract: "Makes up what several raters would draw.",
    discussion: """
      Writes rater_1/CASE, rater_2/CASE and so on under the output folder, so that raters agreement \
      takes them, and simulation.json with what was drawn how. Amounts are in mm; with --dice they are \
      proportions, and all are multiplied until the mean Dice of a case's raters with the truth is as \
      wanted. With --image, of one mask, the border follows the image instead: supervoxels across it \
      are in or out by chance (Zwanenburg 2019). Equal seeds give equal files.
      """)

  @Argument(help: "Masks taken as the truth; their file names are the cases.") var masks: [String]

  @Option(help: ArgumentHelp("Folder for one folder per rater.", valueName: "folder"))
  var output: String

  @Option(help: ArgumentHelp("Number of raters.", valueName: "n")) var raters = 5

  @Option(help: ArgumentHelp("Seed of all chance.", valueName: "n")) var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "Mean Dice with the truth to reach in every case, to 0.01.", valueName: "0...1"))
  var dice: Double?

  @OptionGroup var style: StyleOptions

  @Option(
    help: ArgumentHelp(
      "Draw along the edges of this image, by supervoxels; label by label, from the smallest.",
      valueName: "file"))
  var image: String?

  @OptionGroup var common: OutputOptions

  func validate() throws {
    guard 1...1000 ~= raters else {
      throw ValidationError("--raters must be from 1 to 1000, not \(raters)")
    }
    if let dice, !(0.01...0.999 ~= dice) {
      throw ValidationError("--dice must be from 0.01 to 0.999, not \(dice)")
    }
    if image != nil {
      guard masks.count == 1 else { throw ValidationError("--image is for one mask") }
      guard dice == nil, style.noise == nil, !style.style.hasAmount else {
        throw ValidationError("--image goes with no amount and no --dice")
      }
    }
    let names = masks.map(fileName(of:))
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw ValidationError("two masks are called \(twice): every case needs a name of its own")
    }
  }

  func run() throws {
    let console = common.start()
    // What is no mask is named before folders are made.
    for path in masks { _ = try VolumeHeader(contentsOf: path) }
    for rater in 1...raters { try createFolder("\(output)/rater_\(rater)") }
    var cases: [JSONValue] = []
    var rows = [["Case", "Mean Dice", "Raters' Dice"]]
    for (number, path) in masks.enumerated() {
      console.progress("simulate", number, masks.count)
      let truth = try LabelMap(contentsOf: path)
      let name = fileName(of: path)
      let drawn = try simulating(path) { try drawings(of: truth, named: name) }
      for (rater, drawing) in drawn.maps.enumerated() {
        try drawing.write(to: "\(output)/rater_\(rater + 1)/\(name)")
      }
      let dice = drawn.maps.map { $0.meanDice(with: truth) }
      let mean = dice.reduce(0, +) / Double(dice.count)
      rows.append([name, fixed(mean, 4), dice.map { fixed($0, 3) }.joined(separator: " ")])
      cases.append([
        "case": .string(name), "truth": .string(path), "strength": finite(drawn.strength),
        "mean_dice": finite(mean), "dice": .array(dice.map(finite)),
      ])
    }
    console.progress("simulate", masks.count, masks.count)
    let document = document(cases)
    try writeAtomically(document.text() + "\n", to: output + "/simulation.json")
    console.result(document, text: aligned(rows) + "\(output)\n")
  }

  private func drawings(
    of truth: LabelMap, named name: String
  ) throws -> (maps: [LabelMap], strength: Double) {
    if let image {
      let volume = try Volume<Float>(contentsOf: image)
      return (try contours(of: truth, in: volume, named: name), 1)
    }
    let panel = try RaterPanel(
      of: truth, raters: raters, style: style.style, seed: seed, case: name)
    let drawn = try dice.map { try panel.calibrated(toMeanDice: $0) } ?? panel.drawings()
    return (drawn.drawings, drawn.strength)
  }

  private func contours(
    of truth: LabelMap, in image: Volume<Float>, named name: String
  ) throws -> [LabelMap] {
    let labels = truth.voxelCounts.keys.filter { $0 != 0 }.sorted()
    guard !labels.isEmpty else { throw SimulationError.nothingSegmented }
    var maps = Array(
      repeating: LabelMap(
        labels: Array(repeating: 0, count: truth.labels.count), geometry: truth.geometry),
      count: raters)
    for label in labels {
      let contours = try ContourRandomisation(of: truth.mask(of: [label]), in: image)
      for rater in 0..<raters {
        var generator = SplitMix64(seed: seed, stream: rater, Int(label))
        let mask = try contours.mask(using: &generator)
        for voxel in mask.voxels.indices where mask.voxels[voxel] && maps[rater].labels[voxel] == 0
        {
          maps[rater].labels[voxel] = label
        }
      }
    }
    return maps
  }

  private func document(_ cases: [JSONValue]) -> JSONValue {
    let style = style.style
    let kind: JSONValue =
      image.map { ["kind": "supervoxels", "image": .string($0)] }
      ?? [
        "kind": "border", "noise_mm": .number(style.noise),
        "correlation_mm": .number(style.correlationLength), "bias_mm": .number(style.bias),
        "bias_spread_mm": .number(style.biasSpread), "slice_noise_mm": .number(style.sliceNoise),
        "slice_axis": .string(style.sliceAxis.rawValue), "shift_mm": .number(style.shift),
        "rotation_degrees": .number(style.rotation),
        "miss_satellites": .number(style.missedSatellites),
      ]
    return [
      "output": .string(output), "raters": .integer(raters), "seed": .string("\(seed)"),
      "target_dice": dice.map { .number($0) } ?? .null, "style": kind, "cases": .array(cases),
    ]
  }
}

extension RaterStyle {
  /// Whether anything differs from the truth.
  fileprivate var hasAmount: Bool {
    // Noise is the amount that stands in where no other is given.
    var other = self
    other.noise = 0
    return other.movesBorders || missedSatellites > 0
  }
}

/// Does work on a file, whose name goes before what the library says of simulated raters.
func simulating<Result>(_ path: String, _ work: () throws -> Result) throws -> Result {
  do { return try work() } catch let error as SimulationError {
    throw FileProblem(path: path, cause: error)
  }
}

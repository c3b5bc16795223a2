import ArgumentParser
import JSONDocuments
import RegionsOfInterest
import VolumeFiles
import Volumes

struct ROIBoolean: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "boolean", abstract: "Unites, intersects or subtracts masks.",
    discussion: """
      All labels of a mask count. The result lies on the first mask's grid and has label 1; masks on \
      other grids are resampled to it. difference takes all others from the first; xor keeps what an odd \
      number of masks has.
      """)

  @Argument(help: ArgumentHelp("What to do.", valueName: "union|intersection|difference|xor"))
  var operation: OperationChoice

  @Argument(help: "Two or more masks.") var masks: [String]

  @Option(help: ArgumentHelp("The mask to write.", valueName: "file")) var output: String

  @OptionGroup var common: OutputOptions

  func validate() throws {
    guard masks.count > 1 else { throw ValidationError("give two masks or more") }
  }

  func run() throws {
    let console = common.start()
    let first = try LabelMap(contentsOf: masks[0])
    var result = try first.region(of: nil)
    for path in masks.dropFirst() {
      result = try result.combined(
        operation.operation, with: mask(from: path, on: first.geometry, console))
    }
    let map = result.labelMap()
    try map.write(to: output)
    let voxels = map.voxelCounts[1] ?? 0
    let millilitres = Double(voxels) * map.geometry.voxelVolume / 1000
    console.result(
      ["output": .string(output), "voxels": .integer(voxels), "ml": .number(millilitres)],
      text: "\(output): \(voxels) voxels, \(fixed(millilitres, 3)) ml\n")
  }
}

/// What is made of masks.
enum OperationChoice: String, ExpressibleByArgument, CaseIterable {
  case union, intersection, difference, xor

  var operation: SetOperation {
    switch self {
    case .union: .union
    case .intersection: .intersection
    case .difference: .difference
    case .xor: .exclusiveOr
    }
  }
}

import ArgumentParser
import JSONDocuments
import RegionsOfInterest
import VolumeFiles
import Volumes

/// The mask to work on, and the one to write.
struct RegionFiles: ParsableArguments {
  @Argument(help: "The mask to read; several labels are several regions.") var mask: String
  @Argument(help: "The mask to write, on the same grid.") var output: String

  @Option(
    help: ArgumentHelp(
      "Labels to work on, such as 1,2; by default all. Other labels stay.", valueName: "list"))
  var labels: LabelList?

  /// Reads the mask, works on it, writes and reports what came out.
  ///
  /// - Parameters:
  ///   - console: Where the report goes.
  ///   - work: Makes the new mask.
  /// - Throws: What a file cannot do, or the library, with the mask's name.
  func transform(
    _ console: Console, _ work: (LabelMap, [LabelMap.Label]?) throws -> LabelMap
  ) throws {
    let before = try LabelMap(contentsOf: mask)
    let after = try naming(mask) { try work(before, labels?.labels) }
    try after.write(to: output)
    console.report(before: before, after: after, output: output)
  }
}

/// What went wrong with a file, in the words of a module that knows no files.
struct FileProblem: Error, CustomStringConvertible {
  let path: String
  let cause: any Error

  var description: String { "\(path): \(cause)" }
}

/// Does work on a file, whose name goes before what the library says of regions.
func naming<Result>(_ path: String, _ work: () throws -> Result) throws -> Result {
  do { return try work() } catch let error as RegionError {
    throw FileProblem(path: path, cause: error)
  }
}

/// The labelled voxels of a file, brought to a grid, which the console tells.
func mask(from path: String, on grid: Geometry, _ console: Console) throws -> Mask {
  let (map, isResampled) = try naming(path) { try LabelMap(contentsOf: path).aligned(with: grid) }
  if isResampled { console.message("\(path): lies on another grid and is resampled") }
  return try map.region(of: nil)
}

extension Console {
  /// Prints how large every region was and is.
  func report(before: LabelMap, after: LabelMap, output: String) {
    let (old, new) = (before.voxelCounts, after.voxelCounts)
    let volume = after.geometry.voxelVolume / 1000
    let labels = Set(old.keys).union(new.keys).subtracting([0]).sorted()
    var rows = [["Label", "Voxels before", "after", "ml before", "after"]]
    var regions: [JSONValue] = []
    for label in labels {
      let (a, b) = (old[label] ?? 0, new[label] ?? 0)
      let (millilitresBefore, millilitres) = (Double(a) * volume, Double(b) * volume)
      rows.append(
        ["\(label)", "\(a)", "\(b)", fixed(millilitresBefore, 3), fixed(millilitres, 3)])
      regions.append([
        "label": .integer(Int(label)), "voxels_before": .integer(a), "voxels": .integer(b),
        "ml_before": .number(millilitresBefore), "ml": .number(millilitres),
      ])
    }
    result(
      ["output": .string(output), "regions": .array(regions)],
      text: aligned(rows) + "\(output)\n")
  }
}

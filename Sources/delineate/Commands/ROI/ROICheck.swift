import ArgumentParser
import JSONDocuments
import RegionsOfInterest
import VolumeFiles
import Volumes

struct ROICheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Says whether PyRadiomics takes a mask, and mends its grid.",
    discussion: """
      Looks at what PyRadiomics 3.0.1 looks at before it computes features. Grids that differ by \
      rounding, less than a tenth of a voxel, are mended without a change to any voxel, if the file \
      written has the image's format; other problems are told. The exit status is 2 if any is left.
      """)

  @Argument(help: "The image.") var image: String
  @Argument(help: "The mask.") var mask: String

  @Option(help: ArgumentHelp("Label of the region.", valueName: "n"))
  var label: LabelMap.Label = 1

  @Option(
    help: ArgumentHelp(
      "Axes along which the region must be longer than a voxel: minimumROIDimensions.",
      valueName: "1|2|3"))
  var minimumDimensions = 2

  @Option(
    help: ArgumentHelp(
      "Voxels that the region must exceed: minimumROISize; no limit by default.", valueName: "n"))
  var minimumSize: Int?

  @Option(
    help: ArgumentHelp("Write the mask on the image's grid, bit for bit.", valueName: "file"))
  var output: String?

  @OptionGroup var common: OutputOptions

  func validate() throws {
    guard 1...3 ~= minimumDimensions else {
      throw ValidationError("--minimum-dimensions must be 1, 2 or 3, not \(minimumDimensions)")
    }
    if label == 0 { throw ValidationError("--label must not be 0, the background") }
  }

  func run() throws {
    let console = common.start()
    let header = try VolumeHeader(contentsOf: image)
    let map = try LabelMap(contentsOf: mask)
    for warning in header.warnings { console.message("\(image): warning: \(warning)") }
    var check = RadiomicsCheck()
    (check.label, check.minimumDimensions) = (label, minimumDimensions)
    check.minimumSize = minimumSize
    let problems = check.problems(of: map, on: header.geometry)
    var written: String?
    var left = problems
    if let output, let mended = check.mended(map, on: header.geometry) {
      try mended.write(to: output)
      // A format with fewer digits than the image's may have rounded the grid again.
      let grid = try VolumeHeader(contentsOf: output).geometry
      left = check.problems(
        of: LabelMap(labels: mended.labels, geometry: grid), on: header.geometry)
      written = output
      if left.contains(where: \.isMendable) {
        console.message(
          "\(output): its format rounds the image's grid; write it in the image's format, such as .nrrd"
        )
      }
    }
    report(problems, left: left, written: written, console)
    if !left.isEmpty { throw ExitCode(2) }
  }

  private func report(
    _ problems: [RadiomicsProblem], left: [RadiomicsProblem], written: String?, _ console: Console
  ) {
    let isMended = written != nil && !left.contains(where: \.isMendable)
    let isTaken = left.isEmpty
    var text = problems.map { problem in
      "\(mask): \(problem)"
        + (isMended && problem.isMendable ? " (mended)" : "")
        + "\n  PyRadiomics: \(problem.quotation)\n"
    }.joined()
    if isTaken { text += "\(written ?? mask): taken by PyRadiomics\n" }
    console.result(
      [
        "taken": .bool(isTaken), "output": written.map { .string($0) } ?? .null,
        "problems": .array(
          problems.map {
            [
              "problem": .string($0.description), "pyradiomics": .string($0.quotation),
              "mended": .bool(isMended && $0.isMendable),
            ]
          }),
      ], text: text)
  }
}

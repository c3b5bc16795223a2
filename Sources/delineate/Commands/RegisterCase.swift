import ArgumentParser
import FileOutput
import JSONDocuments
import Registration
import Reports
import Resampling
import SpatialTransforms
import TransformFiles
import VolumeFiles
import Volumes

struct RegisterCase: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "case",
    abstract: "Brings the channels of a patient onto one grid, named as nnU-Net expects them.",
    discussion: """
      The images of a folder are registered to one of them, the reference, and written as \
      CASE_0000.nii.gz, CASE_0001.nii.gz, ... on its grid, or, with --spacing, on a grid of that \
      voxel size over the same box. Channels are numbered in the order of --channels, by default in \
      that of the names; every case of a dataset needs the same order. Nothing is written unless all \
      channels are registered.

      The reference should be the channel on which masks are drawn; with --labels the case's label map \
      is brought onto the same grid, as CASE.nii.gz in the folder of --labels-output.
      """)

  @Argument(help: ArgumentHelp("The folder of one patient's images.", valueName: "folder"))
  var images: String

  @Option(help: ArgumentHelp("The folder to write to.", valueName: "folder")) var output: String

  @Option(
    name: .customLong("case"),
    help: ArgumentHelp("The case's name; by default the folder's.", valueName: "name"))
  var name: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "The channels in their order, by the images' names without ending; all by default.",
      valueName: "name"))
  var channels: [String] = []

  @Option(
    help: ArgumentHelp(
      "The channel to which the others are registered; the first by default.", valueName: "name"))
  var reference: String?

  @Option(help: ArgumentHelp("Voxel size of the output in mm.", valueName: "x,y,z"))
  var spacing: Triple<Double>?

  @Option(
    help: ArgumentHelp(
      "How to register: \(registrationPresetNames.joined(separator: ", ")), or a .json file.",
      valueName: "preset"))
  var preset = "rigid"

  @Option(
    help: ArgumentHelp(
      """
      A folder for the transforms, NAME.tfm, from the reference to each channel; NAME.nii.gz, a field, \
      for a deformable preset.
      """,
      valueName: "folder"))
  var transforms: String?

  @Option(
    help: ArgumentHelp(
      "A folder for pictures of the results, NAME.png.", valueName: "folder"))
  var report: String?

  @OptionGroup var labels: CaseLabelOptions

  @OptionGroup var interpolation: InterpolationOptions

  @OptionGroup var common: OutputOptions

  func validate() throws {
    try interpolation.validate()
    try labels.validate()
    if let spacing, !spacing.numbers.allSatisfy({ $0 > 0 && $0.isFinite }) {
      throw ValidationError("--spacing must be three numbers above 0")
    }
    if let name, name.isEmpty || name.contains("/") || name.hasPrefix(".") {
      throw ValidationError("files cannot be named after the case '\(name)'")
    }
  }

  func run() throws {
    let console = common.start()
    let method = try RegistrationMethod(preset: preset)
    let alignment = ChannelAlignment(
      method: method, interpolation: interpolation.interpolation,
      outside: interpolation.outside ?? 0, spacing: spacing.map { Vector3($0.x, $0.y, $0.z) })
    let files = try ChannelFolder(images).files(named: channels)
    let first = try reference.map { try ChannelFolder.index(of: $0, in: files) } ?? 0
    let drawn = try labels.read(drawnOn: files, reference: first)
    let aligned = try alignment.align(files, to: first, console)
    let map = try drawn.map { try $0.onGrid(of: aligned) }
    let folders = [output, transforms, report, map.flatMap { _ in labels.labelsOutput }]
    for folder in folders.compactMap({ $0 }) { try createFolder(folder) }
    let name = name ?? images.split(separator: "/").last.map(String.init) ?? "case"
    var documents: [JSONValue] = []
    var text = ""
    for (index, channel) in aligned.enumerated() {
      let number = String(index)
      let path =
        "\(output)/\(name)_" + String(repeating: "0", count: max(0, 4 - number.count)) + number
        + ".nii.gz"
      try channel.image.write(to: path)
      if let transforms {
        let isField = method.deformable != nil && index != first
        try channel.chain.write(
          to: "\(transforms)/\(channel.file.name)" + (isField ? ".nii.gz" : ".tfm"),
          on: aligned[first].image.geometry)
      }
      if let report, index != first {
        try channel.figure(on: aligned[first]).image
          .write(to: "\(report)/\(channel.file.name).png")
      }
      documents.append(channel.document(path))
      text += "\(path): \(channel.file.path)\(index == first ? ", the reference" : "")\n"
    }
    let labelsPath = labels.labelsOutput.map { "\($0)/\(name).nii.gz" }
    if let map, let labelsPath {
      try map.write(to: labelsPath)
      text += "\(labelsPath): \(labels.labels ?? "")\n"
    }
    console.result(
      [
        "case": .string(name), "channels": .array(documents),
        "labels": labelsPath.map { .string($0) } ?? .null,
      ], text: text)
  }
}

import ArgumentParser
import DICOMSeries
import JSONDocuments
import VolumeFiles
import Volumes

struct DICOMCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dicom",
    abstract: "Lists the DICOM series of a folder, or writes one as a volume.",
    discussion: """
      Slices are ordered by their place in the patient and scaled one by one. A series with a missing \
      slice, with slices of different sizes or of a tilted gantry is refused. Mosaics, colour and files \
      of several frames are not read.
      """)

  @Argument(help: "The folder with the files; folders within are not searched.")
  var folder: String

  @Option(help: ArgumentHelp("The volume to write, such as scan.nii.gz.", valueName: "file"))
  var output: String?

  @Option(
    help: ArgumentHelp("Which series to write, if the folder holds several.", valueName: "uid"))
  var series: String?

  @Flag(
    help: "Write a PET series as standardised uptake values by body weight, in g/ml.")
  var suv = false

  @OptionGroup var common: OutputOptions

  func validate() throws {
    if output == nil, suv || series != nil {
      throw ValidationError("--series and --suv need --output")
    }
  }

  func run() throws {
    let console = common.start()
    let found = try DICOMSeries.series(inFolder: folder)
    if let output {
      try write(chosen(from: found), to: output, console)
    } else {
      list(found, console)
    }
  }

  private func chosen(from found: [DICOMSeries]) throws -> DICOMSeries {
    let candidates = found.filter { series == nil || $0.identifier == series }
    guard let only = candidates.first, candidates.count == 1 else {
      let names = found.prefix(8).map {
        "\($0.identifier) (\($0.facts.modality ?? "?"), \($0.sliceCount))"
      }
      throw ValidationError(
        "\(folder) holds \(found.count) series\(series.map { ", none is \($0)" } ?? ""); give --series one of "
          + names.joined(separator: ", ") + (found.count > 8 ? ", ..." : ""))
    }
    return only
  }

  private func write(_ series: DICOMSeries, to output: String, _ console: Console) throws {
    let scale = suv ? try series.uptakePerActivity() : 1
    var volume = try series.read()
    if suv { volume.voxels = volume.voxels.map { Float(Double($0) * scale) } }
    try ImageFile(channels: [volume]).write(to: output)
    let (extent, spacing) = (volume.extent, volume.geometry.spacing)
    console.result(
      [
        "output": .string(output), "series": .string(series.identifier),
        "size": .array([.integer(extent.x), .integer(extent.y), .integer(extent.z)]),
        "spacing_mm": .array([.number(spacing.x), .number(spacing.y), .number(spacing.z)]),
        "units": (suv ? "g/ml" : series.facts.units).map { .string($0) } ?? .null,
      ],
      text: "\(output): \(extent) voxels of \(spacing.x) × \(spacing.y) × \(spacing.z) mm\n")
  }

  private func list(_ found: [DICOMSeries], _ console: Console) {
    let grids = found.map { series in Result { () throws(DICOMError) in try series.geometry() } }
    console.result(
      .array(
        zip(found, grids).map { series, grid in
          let spacing = (try? grid.get())?.spacing
          return [
            "series": .string(series.identifier),
            "modality": series.facts.modality.map { .string($0) } ?? .null,
            "description": series.facts.description.map { .string($0) } ?? .null,
            "size": .array([
              .integer(series.planeSize.columns), .integer(series.planeSize.rows),
              .integer(series.sliceCount),
            ]),
            "spacing_mm": spacing.map { .array([.number($0.x), .number($0.y), .number($0.z)]) }
              ?? .null,
            "problem": problem(grid).map { .string($0) } ?? .null,
          ]
        }),
      text: aligned(
        zip(found, grids).map { series, grid in
          let spacing = (try? grid.get())?.spacing
          return [
            series.identifier, series.facts.modality ?? "?",
            "\(series.planeSize.columns) × \(series.planeSize.rows) × \(series.sliceCount)",
            spacing.map { "\(fixed($0.x, 3)) × \(fixed($0.y, 3)) × \(fixed($0.z, 3)) mm" }
              ?? "no volume",
            series.facts.description ?? "",
          ]
        }))
    for problem in grids.compactMap(problem) { console.message(problem) }
  }

  private func problem(_ grid: Result<Geometry, DICOMError>) -> String? {
    if case .failure(let error) = grid { error.description } else { nil }
  }
}

import ArgumentParser
import JSONDocuments
import Parallelism
import Tensors
import VolumeFiles
import Volumes

struct Info: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Describes this machine, or the grid of an image.",
    discussion: "Coordinates are LPS in mm, as in DICOM and ITK; sizes and spacings are x,y,z.")

  @Argument(help: "An image: NIfTI, NRRD, MetaImage, TIFF or PNG.")
  var file: String?

  @OptionGroup var common: OutputOptions

  func run() throws {
    let console = common.start()
    if let file {
      try describe(file, console)
    } else {
      describeMachine(console)
    }
  }

  private func describeMachine(_ console: Console) {
    let instructions = InstructionSet.current
    let memory = (total: SystemMemory.total ?? 0, free: SystemMemory.available ?? 0)
    console.result(
      [
        "version": .string(Delineate.version), "onednn": .string(InstructionSet.libraryVersion),
        "instruction_set": .string(instructions.description),
        "bfloat16": .bool(instructions.hasBFloat16), "amx": .bool(instructions.hasMatrixTiles),
        "threads": .integer(ThreadBudget.threads),
        "processors": .integer(ThreadBudget.availableProcessors),
        "memory_bytes": .integer(memory.total), "memory_available_bytes": .integer(memory.free),
      ],
      text: aligned([
        ["delineate", Delineate.version], ["oneDNN", InstructionSet.libraryVersion],
        ["instructions", instructions.description],
        ["precision", instructions.hasBFloat16 ? "bfloat16" : "float32"],
        ["threads", "\(ThreadBudget.threads) of \(ThreadBudget.availableProcessors) processors"],
        ["memory", "\(gigabytes(memory.free)) free of \(gigabytes(memory.total))"],
      ]))
  }

  private func describe(_ file: String, _ console: Console) throws {
    let header = try VolumeHeader(contentsOf: file)
    let grid = header.geometry
    let (extent, spacing, origin) = (grid.extent, grid.spacing, grid.origin)
    let rows = (0..<3).map { row in (0..<3).map { grid.direction[row, $0] } }
    for warning in header.warnings { console.message("\(file): warning: \(warning)") }
    console.result(
      [
        "file": .string(file),
        "size": .array([.integer(extent.x), .integer(extent.y), .integer(extent.z)]),
        "spacing_mm": numbers([spacing.x, spacing.y, spacing.z]),
        "origin_lps_mm": numbers([origin.x, origin.y, origin.z]),
        "direction_lps": .array(rows.map(numbers)),
        "axes": .string(grid.axisCodes.description), "channels": .integer(header.channelCount),
        "dimensions": .integer(header.dimensions),
        "voxel_type": .string(header.voxelType.rawValue), "scaled": .bool(header.isScaled),
        "warnings": .array(header.warnings.map { .string($0) }),
      ],
      text: aligned([
        ["file", file], ["size", "\(extent) voxels"],
        ["spacing", "\(spacing.x) × \(spacing.y) × \(spacing.z) mm"],
        ["origin", "\(origin.x), \(origin.y), \(origin.z) mm (LPS)"],
        ["direction"] + [
          rows.map { $0.map { fixed($0, 6) }.joined(separator: " ") }.joined(
            separator: ", ")
        ],
        ["axes", grid.axisCodes.description], ["channels", "\(header.channelCount)"],
        ["voxels", header.voxelType.rawValue + (header.isScaled ? ", scaled" : "")],
      ]))
  }

  private func numbers(_ values: [Double]) -> JSONValue { .array(values.map { .number($0) }) }
}

import ArgumentParser
import Benchmarks
import JSONDocuments
import RegionsOfInterest
import VolumeFiles
import Volumes

struct BenchmarkDistances: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "distances", abstract: "Seconds and memory of distance maps and dilation.",
    discussion: """
      The mask is an ellipsoid of half the grid's lengths, or that of a file. The fastest of the rounds \
      counts, reading not included.

      delineate benchmark distances --size 512,512,200 --spacing 0.8,0.8,2.5
      """)

  @Option(help: ArgumentHelp("Numbers of voxels.", valueName: "x,y,z"))
  var size: Triple<Int>?

  @Option(help: ArgumentHelp("Millimetres between voxels.", valueName: "x,y,z"))
  var spacing: Triple<Double>?

  @Option(help: ArgumentHelp("A mask in place of the ellipsoid.", valueName: "file"))
  var mask: String?

  @Option(help: ArgumentHelp("Radius of the dilation in mm.", valueName: "mm"))
  var mm = 20.0

  @Option(help: ArgumentHelp("How often each is done.", valueName: "n"))
  var rounds = 3

  @OptionGroup var common: OutputOptions

  func validate() throws {
    guard (size == nil) == (mask != nil) else { throw ValidationError("give --size or --mask") }
    if let size, !size.numbers.allSatisfy({ 1...4096 ~= $0 }) {
      throw ValidationError("--size must be three whole numbers from 1 to 4096")
    }
    if let spacing, !spacing.numbers.allSatisfy({ 0.001...1000 ~= $0 }) {
      throw ValidationError("--spacing must be three numbers from 0.001 to 1000")
    }
    guard 1...1000 ~= rounds else {
      throw ValidationError("--rounds must be from 1 to 1000, not \(rounds)")
    }
  }

  func run() throws {
    let console = common.start()
    let map: LabelMap
    if let mask {
      map = try LabelMap(contentsOf: mask)
    } else {
      let grid = Geometry(
        extent: Extent(x: size?.x ?? 1, y: size?.y ?? 1, z: size?.z ?? 1),
        spacing: Vector3(spacing?.x ?? 1, spacing?.y ?? 1, spacing?.z ?? 1))
      map = DistanceBenchmark.ellipsoid(in: grid)
    }
    let result = try DistanceBenchmark(of: map, dilation: Ball(radius: mm), rounds: rounds).run()
    console.result(
      [
        "distance_seconds": .number(result.distanceSeconds),
        "distance_bytes": .integer(result.distanceBytes),
        "dilation_seconds": .number(result.dilationSeconds),
        "dilation_bytes": .integer(result.dilationBytes), "dilation_mm": .number(mm),
        "voxels": .integer(map.labels.count), "mask_voxels": .integer(result.voxels.before),
        "dilated_voxels": .integer(result.voxels.after),
      ],
      text:
        "\(map.extent) voxels: distances \(fixed(result.distanceSeconds, 3)) s, dilation by \(mm) mm "
        + "\(fixed(result.dilationSeconds, 3)) s and \(gigabytes(result.dilationBytes))\n")
  }
}

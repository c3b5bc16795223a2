import RandomNumbers
import RegionsOfInterest
import Safetensors
import Volumes

/// Masks with what scipy says about them.
struct ReferenceMasks {
  static let count = 6
  private let file: SafetensorsFile

  init(file path: String = #filePath) throws {
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    file = try SafetensorsFile(contentsOf: folder + "/Fixtures/masks.safetensors")
  }

  func mask(_ index: Int) throws -> Mask {
    let shape = try file.tensor(named: "\(index)/mask").shape
    let spacing = try file.floats("\(index)/spacing").map { Double($0) }
    return Mask(
      voxels: try file.bytes("\(index)/mask").map { $0 != 0 },
      geometry: Geometry(
        extent: Extent(x: shape[2], y: shape[1], z: shape[0]),
        spacing: Vector3(spacing[2], spacing[1], spacing[0])))
  }

  func distances(_ index: Int) throws -> [Float] { try file.floats("\(index)/distances") }

  func components(_ index: Int, _ connectivity: Connectivity) throws -> [Int32] {
    try file.int16s("\(index)/components_\(connectivity.rawValue)").map { Int32($0) }
  }
}

/// A voxel's place on a grid.
struct Position {
  var x: Int
  var y: Int
  var z: Int
}

/// All voxels of a grid, in the order of memory.
func positions(_ extent: Extent) -> [Position] {
  (0..<extent.z).flatMap { z in
    (0..<extent.y).flatMap { y in (0..<extent.x).map { Position(x: $0, y: y, z: z) } }
  }
}

/// A mask of random extent, spacing and density.
func randomMask(using generator: inout SplitMix64) -> Mask {
  let extent = Extent(
    x: .random(in: 1...14, using: &generator), y: .random(in: 1...12, using: &generator),
    z: .random(in: 1...9, using: &generator))
  let spacing = Vector3(
    .random(in: 0.5...4, using: &generator), .random(in: 0.5...4, using: &generator),
    .random(in: 0.5...4, using: &generator))
  let share = Float.random(in: 0...0.5, using: &generator)
  return Mask(
    voxels: (0..<extent.count).map { _ in generator.chance(share) },
    geometry: Geometry(extent: extent, spacing: spacing))
}

import RegionsOfInterest
import Safetensors
import TestSupport
import Testing
import Volumes

@Suite struct ResizingTests {
  /// To 1e-5, rounding of single precision.
  @Test(arguments: 0..<3, Resizing.allCases) func equalsPyTorch(
    index: Int, resizing: Resizing
  ) throws {
    let path =
      #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/") + "/Fixtures/resizing.safetensors"
    let file = try SafetensorsFile(contentsOf: path)
    let shape = try file.tensor(named: "flat\(index)/image").shape
    let name = "flat\(index)/\(resizing.rawValue)"
    let size = try file.tensor(named: name).shape
    let image = Volume(
      voxels: try file.floats("flat\(index)/image"),
      geometry: Geometry(extent: Extent(x: shape[1], y: shape[0], z: 1)))
    let found = image.resized(to: Extent(x: size[1], y: size[0], z: 1), by: resizing)
    #expect(largestDifference(found.voxels, try file.floats(name)).value < 1e-5)
  }

  /// Along z as along x, and with the field of view kept.
  @Test(arguments: Resizing.allCases) func axesAreAlike(resizing: Resizing) {
    let line = (0..<9).map { Float($0 * $0 % 7) }
    let along = Volume(voxels: line, geometry: Geometry(extent: Extent(x: 9, y: 1, z: 1)))
      .resized(to: Extent(x: 4, y: 1, z: 1), by: resizing)
    let across = Volume(
      voxels: line,
      geometry: Geometry(extent: Extent(x: 1, y: 1, z: 9), spacing: Vector3(1, 1, 2))
    ).resized(to: Extent(x: 1, y: 1, z: 4), by: resizing)
    #expect(along.voxels == across.voxels)
    #expect(across.geometry.spacing == Vector3(1, 1, 4.5))
    #expect(across.geometry.origin == Vector3(0, 0, 1.25))
  }

  @Test func fusionByHand() throws {
    let grid = Geometry(extent: Extent(x: 4, y: 1, z: 1))
    let ct = Volume<Float>(voxels: [-2000, -1000, -300, 900], geometry: grid)
    let pet = Volume<Float>(voxels: [0, 5, 20, .nan], geometry: grid)
    let first = ct.scaled(over: try #require(IntensityWindow(-1000, 400)))
    let second = pet.scaled(over: try #require(IntensityWindow(0, 20)))
    #expect(first.voxels == [0, 0, 0.5, 1])
    #expect(second.voxels == [0, 0.25, 1, 0])
    #expect(try first.fused(with: second, by: .weighted(0.75)).voxels == [0, 0.0625, 0.625, 0.75])
    #expect(try first.fused(with: second, by: .maximum).voxels == [0, 0.25, 1, 1])
    // Where PET is 1 with half the opacity, half way between; where it is 0, CT as it is.
    #expect(
      try first.fused(with: second, by: .alpha(opacity: 0.5)).voxels == [0, 0.03125, 0.75, 1])
    #expect(IntensityWindow(1, 1) == nil && IntensityWindow(0, .infinity) == nil)
    let other = Volume<Float>(repeating: 0, geometry: Geometry(extent: Extent(x: 5, y: 1, z: 1)))
    #expect(throws: RegionError.self) { try first.fused(with: other, by: .maximum) }
  }

  /// Corners stay; sizes are rounded up.
  @Test func gridsOfOtherSpacing() throws {
    let grid = Geometry(
      extent: Extent(x: 10, y: 7, z: 5), spacing: Vector3(0.9, 1.5, 3.25),
      origin: Vector3(10, -4, 2))
    let fine = try #require(grid.respaced(Vector3(1, 1, 1)))
    #expect(fine.extent == Extent(x: 9, y: 11, z: 17))
    let corner = grid.worldPoint(ofVoxel: Vector3(-0.5, -0.5, -0.5))
    #expect((fine.worldPoint(ofVoxel: Vector3(-0.5, -0.5, -0.5)) - corner).length < 1e-12)
    #expect(grid.respaced(Vector3(1e-6, 1e-6, 1e-6)) == nil)
  }
}

import Foundation
import Parallelism
import Resampling
import TestSupport
import Testing
import Volumes

@Suite struct OntoGridTests {
  @Test func imagesEqualSimpleITK() throws {
    let grids = try Grids()
    let tolerance = 1e-6 * range(of: grids.image.voxels)
    for (interpolation, expected) in zip(Interpolation.allCases, grids.images) {
      let found = try grids.image.resampled(
        onto: grids.fixed, interpolation: interpolation, outside: -1000)
      let inside = zip(found.voxels, expected).allSatisfy { ($0 == -1000) == ($1 == -1000) }
      #expect(inside, "\(interpolation): another set of voxels is outside")
      let worst = largestDifference(found.voxels, expected)
      #expect(worst.value <= tolerance, "\(interpolation), voxel \(worst.index)")
    }
  }

  @Test func labelsEqualSimpleITK() throws {
    let grids = try Grids()
    for (interpolation, expected) in zip(LabelInterpolation.allCases, grids.labelMaps) {
      let found = try grids.labels.resampled(onto: grids.fixed, interpolation: interpolation)
      #expect(found.labels == expected, "\(interpolation)")
    }
  }

  @Test func transformMapsPointsOfTheGridToTheImage() throws {
    let grids = try Grids()
    let affine = Matrix3(
      columns: Vector3(1.1, -0.05, 0), Vector3(0.1, 0.95, 0.1), Vector3(0, 0.1, 1.05))
    let found = try grids.image.resampled(onto: grids.fixed, outside: -1000) { points in
      for index in points.indices { points[index] = affine * points[index] + Vector3(1, -2, 0.5) }
    }
    let worst = largestDifference(found.voxels, grids.transformed)
    #expect(worst.value <= 1e-6 * range(of: grids.image.voxels), "voxel \(worst.index)")
  }

  @Test(arguments: Interpolation.allCases)
  func ownGridGivesTheImage(interpolation: Interpolation) throws {
    let image = try Grids().image
    let found = try image.resampled(onto: image.geometry, interpolation: interpolation)
    #expect(largestDifference(found.voxels, image.voxels).value <= 2e-4)
  }

  @Test(arguments: [Extent(x: 1, y: 1, z: 1), Extent(x: 2, y: 1, z: 3)])
  func thinImagesCanBeSplines(extent: Extent) throws {
    let image = Volume<Float>(repeating: 7, geometry: Geometry(extent: extent))
    let grid = Geometry(
      extent: Extent(x: 3, y: 3, z: 3), spacing: Vector3(0.3, 0.3, 0.3),
      origin: Vector3(-0.3, -0.3, -0.3))
    let found = try image.resampled(onto: grid, interpolation: .cubic)
    #expect(found.voxels.allSatisfy { abs($0 - 7) < 1e-5 })
  }

  @Test func facesAtTheNearEndAreInside() throws {
    let image = Volume<Float>(
      voxels: [1, 2], geometry: Geometry(extent: Extent(x: 2, y: 1, z: 1)))
    let grid = Geometry(
      extent: Extent(x: 5, y: 1, z: 1), spacing: Vector3(0.5, 1, 1), origin: Vector3(-0.5, 0, 0))
    for (interpolation, expected) in [
      (Interpolation.nearest, [1, 1, 2, 2, -5]), (.linear, [1, 1, 1.5, 2, -5] as [Float]),
    ] {
      let found = try image.resampled(onto: grid, interpolation: interpolation, outside: -5)
      #expect(found.voxels == expected)
    }
  }

  @Test func degenerateDirectionIsRefused() {
    let flat = Matrix3(columns: Vector3(1, 0, 0), Vector3(1, 0, 0), Vector3(0, 0, 1))
    let image = Volume<Float>(
      repeating: 0, geometry: Geometry(extent: Extent(x: 2, y: 2, z: 2), direction: flat))
    #expect(throws: ResamplingError.singularDirection) {
      try image.resampled(onto: Geometry(extent: Extent(x: 2, y: 2, z: 2)))
    }
  }

  @Test func resultDoesNotDependOnThreads() throws {
    let image = try Grids().image
    var grid = try Grids().fixed
    grid.extent = Extent(x: 40, y: 50, z: 60)
    grid.spacing = Vector3(0.4, 0.4, 0.4)
    let many = try image.resampled(onto: grid, interpolation: .cubic)
    let one = try ThreadBudget.serially { () throws(ResamplingError) in
      try image.resampled(onto: grid, interpolation: .cubic)
    }
    #expect(many.voxels == one.voxels)
  }
}

/// The fixture of SimpleITK: two oblique grids, an image and labels on the first, and these on the
/// second.
private struct Grids {
  let image: Volume<Float>
  let labels: LabelMap
  let fixed: Geometry
  /// Nearest, linear, cubic.
  let images: [[Float]]
  /// Nearest, largest share.
  let labelMaps: [[UInt16]]
  let transformed: [Float]

  private struct Grid: Decodable {
    let size: [Int]
    let spacing: [Double]
    let origin: [Double]
    let direction: [Double]

    var geometry: Geometry {
      var matrix = Matrix3.identity
      for row in 0..<3 { for column in 0..<3 { matrix[row, column] = direction[3 * row + column] } }
      return Geometry(
        extent: Extent(x: size[0], y: size[1], z: size[2]),
        spacing: Vector3(spacing[0], spacing[1], spacing[2]),
        origin: Vector3(origin[0], origin[1], origin[2]), direction: matrix)
    }
  }

  init() throws {
    let grids = try JSONDecoder().decode(
      [String: Grid].self, from: Data(contentsOf: fixtureURL("grids.json")))
    let moving = try #require(grids["moving"]).geometry
    fixed = try #require(grids["fixed"]).geometry
    var data = try Data(contentsOf: fixtureURL("grids.raw"))
    func take<Element>(_ count: Int, of type: Element.Type) -> [Element] {
      let bytes = count * MemoryLayout<Element>.size
      defer { data = data.dropFirst(bytes) }
      return numbers(in: data.prefix(bytes), of: type)
    }
    let count = fixed.extent.count
    image = Volume(voxels: take(moving.extent.count, of: Float.self), geometry: moving)
    labels = LabelMap(labels: take(moving.extent.count, of: UInt16.self), geometry: moving)
    images = (0..<3).map { _ in take(count, of: Float.self) }
    labelMaps = (0..<2).map { _ in take(count, of: UInt16.self) }
    transformed = take(count, of: Float.self)
  }
}

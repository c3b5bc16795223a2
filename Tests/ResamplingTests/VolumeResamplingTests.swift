import Resampling
import TestSupport
import Testing
import Volumes

@Suite struct VolumeResamplingTests {
  /// A linear function of the world, which every interpolation but nearest reproduces away from the
  /// borders.
  private func ramp(_ geometry: Geometry) -> Volume<Float> {
    var volume = Volume<Float>(repeating: 0, geometry: geometry)
    for z in 0..<geometry.extent.z {
      for y in 0..<geometry.extent.y {
        for x in 0..<geometry.extent.x {
          let point = geometry.worldPoint(ofVoxel: Vector3(Double(x), Double(y), Double(z)))
          volume[x, y, z] = Float(point.x + 2 * point.y - point.z)
        }
      }
    }
    return volume
  }

  private let oblique = Geometry(
    extent: Extent(x: 24, y: 22, z: 20), spacing: Vector3(1, 1.5, 2), origin: Vector3(5, -3, 10),
    direction: Matrix3(
      columns: Vector3(0.8, 0.6, 0), Vector3(-0.6, 0.8, 0), Vector3(0, 0, 1)))

  @Test(arguments: [Interpolation.linear, .cubic])
  func newSpacingKeepsThePlaceInTheWorld(order: Interpolation) throws {
    let volume = ramp(oblique)
    let found = try volume.resampled(
      toSpacing: Vector3(0.7, 1.9, 1.3), scheme: ResamplingScheme(order: order))
    #expect(found.geometry.spacing == Vector3(0.7, 1.9, 1.3))
    #expect(found.extent == Extent(x: 34, y: 17, z: 31))
    let expected = ramp(found.geometry)
    // Away from the borders, where the edge is repeated.
    for z in 10..<20 {
      for y in 6..<11 {
        for x in 12..<22 { #expect(abs(found[x, y, z] - expected[x, y, z]) < 1e-3) }
      }
    }
  }

  @Test func impossibleSizesAreRefused() throws {
    let volume = Volume<Float>(repeating: 0, geometry: Geometry(extent: Extent(x: 2, y: 2, z: 2)))
    let labels = LabelMap(labels: Array(repeating: 0, count: 8), geometry: volume.geometry)
    let huge = Extent(x: 1 << 30, y: 1 << 30, z: 1 << 30)
    #expect(throws: ResamplingError.self) { try volume.resampled(to: huge) }
    #expect(throws: ResamplingError.self) { try labels.resampled(to: huge) }
    #expect(throws: ResamplingError.self) {
      try volume.resampled(toSpacing: Vector3(1e-300, 1, 1))
    }
    #expect(throws: ResamplingError.self) { try labels.resampled(toSpacing: Vector3(1e-9, 1, 1)) }
    #expect(throws: ResamplingError.self) {
      try volume.resampled(onto: Geometry(extent: huge))
    }
  }

  @Test func outerFacesStay() throws {
    let found = try ramp(oblique).resampled(
      to: Extent(x: 31, y: 10, z: 20), scheme: ResamplingScheme(separation: .never))
    let face = Vector3(-0.5, -0.5, -0.5)
    let far = (
      oblique.worldPoint(ofVoxel: Vector3(23.5, 21.5, 19.5)),
      found.geometry.worldPoint(ofVoxel: Vector3(30.5, 9.5, 19.5))
    )
    let moved = oblique.worldPoint(ofVoxel: face) - found.geometry.worldPoint(ofVoxel: face)
    #expect(moved.length < 1e-12)
    #expect((far.0 - far.1).length < 1e-12)
    let expected = ramp(found.geometry)
    #expect(abs(found[15, 5, 10] - expected[15, 5, 10]) < 1e-3)
  }

  @Test func sizeEqualsTheReferenceScheme() throws {
    let voxels = noise(Shape3(9, 10, 11), seed: 6)
    let volume = Volume(voxels: voxels.elements, geometry: Geometry(extent: voxels.shape.extent))
    let found = try volume.resampled(to: Extent(x: 14, y: 7, z: 13))
    let expected = ResamplingScheme.image.resample(
      voxels, to: Shape3(13, 7, 14), spacing: SpacingChange(current: [1, 1, 1], new: [1, 1, 1]))
    #expect(found.voxels == expected.elements)
  }

  @Test func labelMapsFollow() throws {
    let geometry = Geometry(extent: Extent(x: 4, y: 1, z: 1), origin: Vector3(1, 2, 3))
    let map = LabelMap(labels: [0, 0, 60_000, 60_000], geometry: geometry)
    let found = try map.resampled(toSpacing: Vector3(0.5, 1, 1))
    #expect(found.labels == [0, 0, 0, 0, 60_000, 60_000, 60_000, 60_000])
    #expect(found.geometry.origin == Vector3(0.75, 2, 3))
    let half = try map.resampled(to: Extent(x: 2, y: 1, z: 1))
    #expect(half.labels == [0, 60_000])
    #expect(half.geometry.spacing == Vector3(2, 1, 1))
  }

  @Test func niftiOrientationIsDropped() throws {
    var volume = ramp(oblique)
    volume.geometry.niftiOrientation = NIfTIOrientation(
      qformCode: 1, sformCode: 1, pixdim: [1, 1, 1, 1], quaternion: [0, 0, 0], offset: [0, 0, 0],
      rows: [], units: 2)
    #expect(try volume.resampled(toSpacing: Vector3(2, 2, 2)).geometry.niftiOrientation == nil)
  }

  @Test func impossibleGridsAreRefused() {
    let volume = ramp(oblique)
    #expect(throws: ResamplingError.invalidSpacing([0, 1, 1])) {
      try volume.resampled(toSpacing: Vector3(0, 1, 1))
    }
    #expect(throws: ResamplingError.invalidSize([3, 0, 1])) {
      try volume.resampled(to: Extent(x: 3, y: 0, z: 1))
    }
  }
}

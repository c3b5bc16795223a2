import Testing
import Volumes

@Suite struct ReorientationTests {
  static let codes: [AxisCodes] = {
    let all = BodyDirection.allCases
    return all.flatMap { x in all.flatMap { y in all.compactMap { z in AxisCodes(x, y, z) } } }
  }()

  @Test func thereAreFortyEightOrientations() {
    #expect(Self.codes.count == 48)
    #expect(AxisCodes("RAS")?.description == "RAS")
    #expect(AxisCodes("RLS") == nil)
    #expect(AxisCodes("RASX") == nil)
    #expect(AxisCodes("RA") == nil)
  }

  @Test func codesOfKnownGrids() {
    var geometry = Geometry(extent: Extent(x: 1, y: 1, z: 1))
    #expect(geometry.axisCodes.description == "LPS")
    geometry.direction = Matrix3(columns: Vector3(0, 1, 0), Vector3(0, 0, -1), Vector3(-1, 0, 0))
    #expect(geometry.axisCodes.description == "PIR")
    // nibabel gives every body axis to one voxel axis only, the largest share first.
    geometry.direction = Matrix3(
      columns: Vector3(0.8, 0.6, 0), Vector3(0.9, -0.4, 0.1), Vector3(0, 0, 1))
    #expect(geometry.axisCodes.description == "PLS")
  }

  /// Every voxel keeps its value and its place in the world.
  @Test(arguments: codes) func reorientingKeepsTheWorld(codes: AxisCodes) throws {
    let geometry = GeometryTests.geometry(seed: 11)
    let volume = Volume(voxels: (0..<60).map { Float($0) }, geometry: geometry)
    let turned = volume.reoriented(to: codes)
    #expect(turned.geometry.axisCodes == codes)
    for z in 0..<5 {
      for y in 0..<3 {
        for x in 0..<4 {
          let world = geometry.worldPoint(ofVoxel: Vector3(Double(x), Double(y), Double(z)))
          let voxel = try #require(turned.geometry.voxel(ofWorldPoint: world))
          let (i, j, k) = (voxel.x.rounded(), voxel.y.rounded(), voxel.z.rounded())
          #expect((voxel - Vector3(i, j, k)).length < 1e-10)
          #expect(turned[Int(i), Int(j), Int(k)] == volume[x, y, z])
        }
      }
    }
    let back = turned.reoriented(to: geometry.axisCodes)
    #expect(back.voxels == volume.voxels)
    #expect(back.geometry.matches(geometry))
  }

  @Test func labelsTurnLikeImages() {
    let geometry = GeometryTests.geometry(seed: 4)
    let labels = LabelMap(labels: Array(0..<60), geometry: geometry)
    let image = Volume(voxels: Array(0..<60), geometry: geometry)
    for codes in Self.codes {
      #expect(
        labels.reoriented(to: codes).labels.map { Int($0) } == image.reoriented(to: codes).voxels)
    }
  }
}

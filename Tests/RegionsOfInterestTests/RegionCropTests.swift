import RegionsOfInterest
import Resampling
import Safetensors
import TestSupport
import Testing
import Volumes

@Suite struct RegionCropTests {
  private let geometry = Geometry(
    extent: Extent(x: 20, y: 16, z: 8), spacing: Vector3(1, 2, 3), origin: Vector3(5, -4, 30),
    direction: Matrix3(columns: Vector3(0, 1, 0), Vector3(-1, 0, 0), Vector3(0, 0, 1)))

  /// Voxels 4 to 9 of x, 5 to 7 of y, 2 to 3 of z; the second slice has one voxel less.
  private var region: Mask {
    var mask = Mask(repeating: false, geometry: geometry)
    for z in 2..<4 { for y in 5..<8 { for x in 4..<10 { mask[x, y, z] = true } } }
    mask[4, 5, 3] = false
    return mask
  }

  @Test func boxesByHand() throws {
    var crop = RegionCrop()
    #expect(try crop.box(around: region) == VoxelBox(x: 4..<10, y: 5..<8, z: 2..<4))
    crop.margin = 3
    // Half a voxel of 2 mm rounds away from zero: 12 mm are 6 voxels; 3 mm one slice.
    #expect(try crop.box(around: region) == VoxelBox(x: 1..<13, y: 4..<10, z: 1..<5))
    crop.shape = .square
    #expect(try crop.box(around: region) == VoxelBox(x: 1..<13, y: 4..<10, z: 2..<4))
    crop.slices = .largest
    #expect(try crop.box(around: region) == VoxelBox(x: 1..<13, y: 4..<10, z: 2..<3))
    crop = RegionCrop()
    crop.shape = .cube
    // 6 mm along all axes.
    #expect(try crop.box(around: region) == VoxelBox(x: 4..<10, y: 5..<8, z: 2..<4))
    crop.margin = 20
    let wide = try #require(try crop.box(around: region))
    #expect(wide.x.lowerBound < 0 && wide.x.count == 46 && wide.y.count == 23 && wide.z.count == 15)
    #expect(try RegionCrop().box(around: Mask(repeating: false, geometry: geometry)) == nil)
    for margin in [-1, .nan, .infinity, 1e300] {
      crop.margin = margin
      #expect(throws: RegionError.self) { try crop.box(around: region) }
    }
  }

  @Test func cropsBeyondTheGridStayInPlace() {
    let image = Volume(
      voxels: (0..<geometry.extent.count).map { Float($0) }, geometry: geometry)
    let labels = LabelMap(
      labels: (0..<geometry.extent.count).map { UInt16($0 % 7 + 1) }, geometry: geometry)
    let box = VoxelBox(x: -2..<5, y: 10..<19, z: 6..<9)
    let (part, map) = (image.cropped(to: box, filling: -1), labels.croppedOrPadded(to: box))
    for voxel in positions(part.extent) {
      let (x, y, z) = (voxel.x - 2, voxel.y + 10, voxel.z + 6)
      let isInside = 0..<20 ~= x && 0..<16 ~= y && 0..<8 ~= z
      #expect(part[voxel.x, voxel.y, voxel.z] == (isInside ? image[x, y, z] : -1))
      #expect(map[voxel.x, voxel.y, voxel.z] == (isInside ? labels[x, y, z] : 0))
    }
    let moved = geometry.worldPoint(ofVoxel: Vector3(-2, 10, 6))
    #expect((part.geometry.origin - moved).length < 1e-12)
  }

  /// To 1e-5, rounding of single precision.
  @Test(arguments: 0..<3) func resizingEqualsPyTorch(index: Int) throws {
    let path =
      #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/") + "/Fixtures/resizing.safetensors"
    let file = try SafetensorsFile(contentsOf: path)
    let (shape, size) = (
      try file.tensor(named: "\(index)/image").shape,
      try file.tensor(named: "\(index)/resized").shape
    )
    var grid = geometry
    grid.extent = Extent(x: shape[2], y: shape[1], z: shape[0])
    let target = grid.resized(to: Extent(x: size[2], y: size[1], z: size[0]))
    let image = Volume(voxels: try file.floats("\(index)/image"), geometry: grid)
    let found = try image.resampled(onto: target, interpolation: .linear)
    let expected = try file.floats("\(index)/resized")
    #expect(largestDifference(found.voxels, expected).value < 1e-5)
    let labels = LabelMap(
      labels: try file.bytes("\(index)/labels").map { UInt16($0) }, geometry: grid)
    let nearest = try labels.resampled(onto: target, interpolation: .nearest)
    #expect(nearest.labels == (try file.bytes("\(index)/resized_labels").map { UInt16($0) }))
  }

  /// A ball, cut out and resized, keeps its centre to 0.5 mm and its diameter to 1 mm in the world.
  @Test func ballStaysInPlace() throws {
    let grid = Geometry(
      extent: Extent(x: 60, y: 50, z: 40), spacing: Vector3(0.9, 1.1, 1.5),
      origin: Vector3(-20, 8, 100), direction: geometry.direction)
    let centre = grid.worldPoint(ofVoxel: Vector3(30.3, 22.6, 17.2))
    var map = LabelMap(labels: Array(repeating: 0, count: grid.extent.count), geometry: grid)
    for voxel in positions(grid.extent) {
      let point = grid.worldPoint(
        ofVoxel: Vector3(Double(voxel.x), Double(voxel.y), Double(voxel.z)))
      if (point - centre).length <= 10 { map[voxel.x, voxel.y, voxel.z] = 1 }
    }
    var crop = RegionCrop()
    (crop.shape, crop.margin) = (.cube, 5)
    let box = try #require(try crop.box(around: map.mask(of: [1])))
    let part = map.croppedOrPadded(to: box)
    let resized = try part.resampled(
      onto: part.geometry.resized(to: Extent(x: 64, y: 64, z: 64)))
    var (sum, count) = (Vector3(0, 0, 0), 0.0)
    for voxel in positions(resized.extent) where resized[voxel.x, voxel.y, voxel.z] == 1 {
      sum =
        sum
        + resized.geometry.worldPoint(
          ofVoxel: Vector3(Double(voxel.x), Double(voxel.y), Double(voxel.z)))
      count += 1
    }
    #expect((sum * (1 / count) - centre).length < 0.5)
    // From the volume, 4/3 π r³.
    let volume = count * resized.geometry.voxelVolume
    var radius = 10.0
    for _ in 0..<20 { radius -= (radius - volume * 3 / (4 * .pi * radius * radius)) / 3 }
    #expect(abs(2 * radius - 20) < 1)
  }
}

import RandomNumbers
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// What is written is read again: the same test for every format.
@Suite struct RoundTripTests {
  static let endings = [
    ".nii", ".nii.gz", ".hdr", ".img", ".img.gz", ".nrrd", ".nhdr", ".mha", ".mhd", ".tif", ".TIFF",
    ".png",
  ]

  /// An oblique grid, or as much of it as the format can hold.
  static func geometry(for ending: String, seed: UInt64) -> Geometry {
    var random = SplitMix64(seed: seed)
    func number(_ range: ClosedRange<Float>) -> Double { Double(random.uniform(range)) }
    var geometry = Geometry(
      extent: Extent(x: 7, y: 5, z: 4),
      spacing: Vector3(number(0.3...2), number(0.3...2), number(1...6)),
      origin: Vector3(number(-200...200), number(-200...200), number(-200...200)))
    let rough = Matrix3(
      columns: Vector3(1, number(-0.5...0.5), number(-0.5...0.5)),
      Vector3(number(-0.5...0.5), 1, number(-0.5...0.5)),
      Vector3(number(-0.5...0.5), number(-0.5...0.5), seed % 2 == 0 ? 1 : -1))
    geometry.direction = rough.nearestOrthonormal ?? .identity
    switch VolumeFileFormat(path: "a" + ending) {
    case .tiff:
      geometry.direction = .identity
      geometry.origin = Vector3(0, 0, 0)
    case .png:
      geometry = Geometry(
        extent: Extent(x: 7, y: 5, z: 1), spacing: Vector3(0.5, 0.25, 1))
    default: break
    }
    return geometry
  }

  /// NIfTI-1 keeps single precision: a relative 6e-8 of spacings and offsets of up to 200 mm.
  static func isClose(_ a: Geometry, _ b: Geometry, _ ending: String) -> Bool {
    let format = VolumeFileFormat(path: "a" + ending)
    let tolerance = format == .nifti ? 2e-5 : 1e-12
    return a.extent == b.extent && (a.origin - b.origin).length <= tolerance * 10
      && (a.spacing - b.spacing).length <= tolerance
      && (0..<3).allSatisfy {
        (a.direction.columns[$0] - b.direction.columns[$0]).length <= tolerance
      }
  }

  @Test(arguments: endings, UInt64(0)..<4) func volumes(ending: String, seed: UInt64) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/image" + ending
    let geometry = Self.geometry(for: ending, seed: seed)
    var random = SplitMix64(seed: seed)
    let isPicture = ending == ".png"
    let voxels = (0..<geometry.extent.count).map { _ in
      isPicture ? random.uniform(0...60000).rounded() : random.uniform(-1000...1000)
    }
    let volume = Volume(voxels: voxels, geometry: geometry)
    try volume.write(to: path)
    let read = try Volume<Float>(contentsOf: path)
    #expect(read.voxels == voxels)
    #expect(Self.isClose(read.geometry, geometry, ending), "\(read.geometry) \(geometry)")
    #expect(folder.names.allSatisfy { !$0.hasPrefix(".") })

    // What was read is written again without a change but the rounding of spacing times direction.
    let second = folder.path + "/again" + ending
    try read.write(to: second)
    let again = try Volume<Float>(contentsOf: second)
    #expect(again.voxels == voxels)
    #expect(again.geometry.matches(read.geometry, tolerance: 1e-14 * 200))
  }

  @Test(arguments: endings, [3, 254, 255, 65535]) func labels(ending: String, largest: Int) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/labels" + ending
    let geometry = Self.geometry(for: ending, seed: 5)
    var random = SplitMix64(seed: 9)
    var labels = (0..<geometry.extent.count).map { _ in
      LabelMap.Label(Int(random.next() % UInt64(largest + 1)))
    }
    labels[3] = LabelMap.Label(largest)
    try LabelMap(labels: labels, geometry: geometry).write(to: path)
    let read = try LabelMap(contentsOf: path)
    #expect(read.labels == labels)
    #expect(Self.isClose(read.geometry, geometry, ending))
    // nnU-Net's rule.
    #expect(try VolumeHeader(contentsOf: path).voxelType == (largest < 255 ? .uint8 : .uint16))
  }

  @Test(arguments: endings) func channels(ending: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/channels" + ending
    let geometry = Self.geometry(for: ending, seed: 7)
    let channels = (0..<3).map { channel in
      Volume(
        voxels: (0..<geometry.extent.count).map { Float(($0 * 7 + channel * 50) % 251) },
        geometry: geometry)
    }
    try ImageFile(channels: channels).write(to: path)
    let read = try ImageFile(contentsOf: path)
    #expect(read.channels.map(\.voxels) == channels.map(\.voxels))
    #expect(Self.isClose(read.geometry, geometry, ending))
  }

  /// Larger than the pieces in which voxels are decoded, compressed and interleaved.
  @Test(arguments: [".nii.gz", ".nrrd", ".mha", ".tif"]) func manyVoxels(ending: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/large" + ending
    let geometry = Geometry(extent: Extent(x: 201, y: 173, z: 7))
    let channels = (0..<2).map { channel in
      Volume(
        voxels: (0..<geometry.extent.count).map { Float(($0 &* 2_654_435_761 + channel) & 0xFFFF) },
        geometry: geometry)
    }
    try ImageFile(channels: channels).write(to: path)
    #expect(try ImageFile(contentsOf: path).channels.map(\.voxels) == channels.map(\.voxels))
    let labels = LabelMap(labels: channels[0].voxels.map { UInt16($0) }, geometry: geometry)
    try labels.write(to: path)
    #expect(try LabelMap(contentsOf: path).labels == labels.labels)
  }

  /// An axis longer than NIfTI-1 can say makes a NIfTI-2 file.
  @Test func longAxisMakesNIfTI2() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/long.nii"
    let geometry = Geometry(
      extent: Extent(x: 40000, y: 1, z: 1), spacing: Vector3(0.1, 1, 1), origin: Vector3(1, 2, 3))
    let volume = Volume(voxels: (0..<40000).map { Float($0) }, geometry: geometry)
    try volume.write(to: path)
    #expect(try readBytes(path)[0..<8] == [0x1C, 2, 0, 0, 0x6E, 0x2B, 0x32, 0])
    let read = try Volume<Float>(contentsOf: path)
    #expect(read.voxels == volume.voxels)
    #expect(read.geometry.matches(geometry, tolerance: 1e-12))
  }

  @Test func picturesRoundTrip() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/picture.png"
    let bytes = (0..<60).map { UInt8($0 * 4) }
    try PNGFile.write(rgb: bytes, width: 5, height: 4, to: path)
    #expect(
      try PNGFile.read(path)
        == .init(width: 5, height: 4, channelCount: 3, samples: .eightBit(bytes)))
    try PNGFile.write(grey: bytes, width: 10, height: 6, to: path)
    #expect(
      try PNGFile.read(path)
        == .init(width: 10, height: 6, channelCount: 1, samples: .eightBit(bytes)))
    let wide = bytes.map { UInt16($0) * 257 }
    try PNGFile.write(grey: wide, width: 6, height: 10, to: path)
    #expect(
      try PNGFile.read(path)
        == .init(width: 6, height: 10, channelCount: 1, samples: .sixteenBit(wide)))
  }
}

import TestSupport
import Testing
import VolumeFiles
import Volumes

/// The volumes of a NIfTI file stored one by one, undecoded.
@Suite struct NIfTISeriesTests {
  /// Files of every layout: both byte orders, pairs, NIfTI-2, extensions, scaling, series.
  @Test(
    arguments: FixtureCase.load("nifti.json").filter { $0.error == nil && $0.name != "analyze" })
  func volumesKeepVoxelsAndGrid(fixture: FixtureCase) throws {
    let folder = try TemporaryFolder()
    let path = try fixture.unpack(into: folder)
    let image = try ImageFile(contentsOf: path)
    guard let series = try? NIfTISeries(path) else {
      // Pictures in colour only.
      #expect(image.channels.count == 3 || image.channels.count == 4)
      return
    }
    #expect(series.channelCount == image.channels.count)
    let paths = image.channels.indices.map {
      "\(folder.path)/volume_\($0).nii\($0 % 2 == 0 ? ".gz" : "")"
    }
    try series.write(to: paths)
    for (path, channel) in zip(paths, image.channels) {
      let found = try ImageFile(contentsOf: path)
      #expect(found.channels.count == 1)
      #expect(found.channels[0].voxels.map(\.bitPattern) == channel.voxels.map(\.bitPattern))
      #expect(found.geometry.matches(image.geometry, tolerance: 0))
      expectSameBits(found.geometry.niftiOrientation, image.geometry.niftiOrientation)
      #expect(found.voxelType == image.voxelType)
      #expect(found.dimensions == min(3, image.dimensions))
    }
  }

  @Test func onlyDimensionsOfTheHeaderChange() throws {
    let folder = try TemporaryFolder()
    let geometry = Geometry(
      extent: Extent(x: 3, y: 4, z: 2), spacing: Vector3(0.5, 0.75, 2), origin: Vector3(1, -2, 3))
    let channels = (0..<3).map { channel in
      Volume(voxels: (0..<24).map { Float($0 + 100 * channel) }, geometry: geometry)
    }
    let path = folder.path + "/series.nii"
    try ImageFile(channels: channels).write(to: path)
    let paths = (0..<3).map { "\(folder.path)/\($0).nii" }
    try NIfTISeries(path).write(to: paths)
    let whole = try readBytes(path)
    for channel in 0..<3 {
      let part = try readBytes(paths[channel])
      #expect(part.count == 352 + 24 * 4)
      // dim[0] and dim[4]
      #expect(part[40..<42] == [3, 0] && part[48..<50] == [1, 0])
      var head = Array(whole[..<352])
      head.replaceSubrange(40..<42, with: [3, 0])
      head.replaceSubrange(48..<50, with: [1, 0])
      #expect(Array(part[..<352]) == head)
      #expect(Array(part[352...]) == Array(whole[352 + 96 * channel..<352 + 96 * (channel + 1)]))
    }
  }

  /// Lengths whose product no number holds, in a header of 64-bit lengths.
  @Test func absurdLengthsAreRefused() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/huge.nii"
    // A NIfTI-2 header of single bytes, 2^40 along every axis, with voxels from byte 544 on.
    var bytes = [UInt8](repeating: 0, count: 600)
    func store(_ number: some FixedWidthInteger, at offset: Int) {
      withUnsafeBytes(of: number.littleEndian) {
        bytes.replaceSubrange(offset..<offset + $0.count, with: $0)
      }
    }
    store(Int32(540), at: 0)
    bytes.replaceSubrange(4..<12, with: Array("n+2\0\r\n\u{1A}\n".utf8))
    store(Int16(2), at: 12)
    store(Int16(8), at: 14)
    for (axis, length) in [3, 1 << 40, 1 << 40, 1 << 40].enumerated() {
      store(Int64(length), at: 16 + 8 * axis)
      store(Double(1).bitPattern, at: 104 + 8 * axis)
    }
    store(Int64(544), at: 168)
    try writeBytes(bytes, to: path)
    for error in [
      #expect(throws: VolumeFileError.self) { try NIfTISeries(path) },
      #expect(throws: VolumeFileError.self) { try VolumeHeader(contentsOf: path) },
    ] { #expect(error?.description.contains("more than any memory holds") == true) }
  }

  @Test func aTruncatedSeriesIsRefusedBeforeAnythingIsWritten() throws {
    let folder = try TemporaryFolder()
    let volume = Volume<Float>(repeating: 2, geometry: Geometry(extent: Extent(x: 4, y: 4, z: 4)))
    let path = folder.path + "/series.nii"
    try ImageFile(channels: [volume, volume]).write(to: path)
    let whole = try readBytes(path)
    try writeBytes(Array(whole.dropLast()), to: path)
    #expect(
      throws: VolumeFileError.truncated(path: path, expectedBytes: 512, foundBytes: 511)
    ) { try NIfTISeries(path) }
    #expect(folder.names == ["series.nii"])
  }
}

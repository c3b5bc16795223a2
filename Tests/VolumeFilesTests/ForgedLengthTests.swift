import RandomNumbers
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// Compressed files of 8 MB whose header and length both say 80 MB.
@Suite struct ForgedLengthTests {
  @Test(arguments: ["nii.gz", "nrrd", "mha"]) func memoryGrowsWithWhatArrives(ending: String) async
  {
    await #expect(processExitsWith: .success) { [ending = ending as String] in
      let folder = try TemporaryFolder()
      let path = folder.path + "/image." + ending
      let honestBytes = 128 * 128 * 128 * 4
      try forge(path)
      let before = Mutation.peakMemory()
      try #require(before > 0)
      let expected = VolumeFileError.truncated(
        path: path, expectedBytes: 10 * honestBytes, foundBytes: honestBytes)
      #expect(throws: expected) { try Volume<Float>(contentsOf: path) }
      // The largest array has ten of sixteen parts of 16 MB; the one before it has five.
      let growth = Mutation.peakMemory() - before
      #expect(growth < 5 * honestBytes / 2, "the address space grew by \(growth) bytes")
      // Random numbers are no labels, which the first of them tells.
      #expect(throws: VolumeFileError.self) { try LabelMap(contentsOf: path) }
    }
  }

  /// More voxels than are read at a time come through every way of growing.
  @Test(arguments: ["nii.gz", "nrrd", "mha"]) func honestFilesAreWhole(ending: String) throws {
    let folder = try TemporaryFolder()
    let geometry = Geometry(extent: Extent(x: 80, y: 70, z: 61))
    var random = SplitMix64(seed: 4)
    let image = ImageFile(
      channels: (0..<3).map { _ in
        Volume(
          voxels: (0..<geometry.extent.count).map { _ in random.uniform(0...1) }, geometry: geometry
        )
      })
    let path = folder.path + "/image." + ending
    try image.write(to: path)
    #expect(try ImageFile(contentsOf: path).channels.map(\.voxels) == image.channels.map(\.voxels))
    try image.channels[0].write(to: path)
    #expect(try Volume<Float>(contentsOf: path).voxels == image.channels[0].voxels)
    let labels = LabelMap(
      labels: (0..<geometry.extent.count).map { UInt16($0 / 50_000) }, geometry: geometry)
    try labels.write(to: path)
    #expect(try LabelMap(contentsOf: path).labels == labels.labels)
  }
}

/// Writes a file of 128 × 128 × 128 random numbers whose header says 1280 slices.
private func forge(_ path: String) throws {
  let geometry = Geometry(extent: Extent(x: 128, y: 128, z: 128))
  var random = SplitMix64(seed: 1)
  let image = Volume(
    voxels: (0..<geometry.extent.count).map { _ in random.uniform(0...1) }, geometry: geometry)
  if path.hasSuffix(".nii.gz") {
    let plain = String(path.dropLast(3))
    try image.write(to: plain)
    var bytes = try readBytes(plain)
    // dim[3] = 1280
    (bytes[46], bytes[47]) = (0, 5)
    let voxels = bytes.count - 128 * 128 * 128 * 4
    try writeBytes(
      storedGzip(bytes, claimedLength: voxels + 1280 * 128 * 128 * 4), to: path)
    return
  }
  try image.write(to: path)
  var bytes = try readBytes(path)
  let size = Array("128 128 128".utf8)
  let start = try #require(
    (0..<1000).first { Array(bytes[$0..<($0 + size.count)]) == size })
  bytes.replaceSubrange(start..<(start + size.count), with: Array("128 128 1280".utf8))
  if path.hasSuffix(".nrrd") {
    let length = UInt32(1280 * 128 * 128 * 4)
    for byte in 0..<4 {
      bytes[bytes.count - 4 + byte] = UInt8(truncatingIfNeeded: length >> (8 * UInt32(byte)))
    }
  }
  try writeBytes(bytes, to: path)
}

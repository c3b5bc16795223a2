import Glibc
import RandomNumbers
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// Compressed files of 8 MB whose header and length both say 80 MB.
@Suite struct ForgedLengthTests {
  @Test(arguments: ["nii.gz", "nrrd", "mha"]) func memoryGrowsWithWhatArrives(ending: String)
    async throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path + "/image." + ending
    try forge(path)
    // A process that has needed little memory before.
    await #expect(processExitsWith: .success) { [path = path as String] in
      let honestBytes = 128 * 128 * 128 * 4
      // zlib notices a wrong length at the end of a gzip stream; other streams have none.
      let expected =
        path.hasSuffix(".mha")
        ? VolumeFileError.truncated(
          path: path, expectedBytes: 10 * honestBytes, foundBytes: honestBytes)
        : .damagedVoxels(path: path, problem: "incorrect length check")
      // What reading allocates once; random numbers are no labels, which the first of them tells.
      #expect(throws: VolumeFileError.self) { try LabelMap(contentsOf: path) }
      // The largest array has an eighth of 80 MB and the one before it a sixteenth; an array for
      // all that is promised would end the process.
      var limit = rlimit()
      limit.rlim_max = rlim_t(try addressSpace() + 5 * honestBytes / 2)
      limit.rlim_cur = limit.rlim_max
      try #require(setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0)
      #expect(throws: expected) { try Volume<Float>(contentsOf: path) }
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

/// Bytes of this process's address space.
private func addressSpace() throws -> Int {
  let pages = String(decoding: try bytes(ofProcFile: "/proc/self/statm"), as: UTF8.self)
    .split(separator: " ").first.flatMap { Int($0) }
  return try #require(pages) * 4096
}

/// The content of a file whose length the system does not tell.
private func bytes(ofProcFile path: String) throws -> [UInt8] {
  let file = try #require(fopen(path, "rb"))
  defer { fclose(file) }
  var bytes = [UInt8](repeating: 0, count: 4096)
  bytes.removeLast(4096 - fread(&bytes, 1, 4096, file))
  return bytes
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

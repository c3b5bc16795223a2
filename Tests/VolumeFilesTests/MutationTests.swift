import FoundationEssentials
import RandomNumbers
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// Damaged files of every format are refused or read, in a process of their own so that a crash is
/// one failure and memory is measured.
@Suite struct MutationTests {
  /// 2,100 mutants of some 150 small files; none of them honestly holds more than a few kilobytes
  /// of voxels.
  @Test(.timeLimit(.minutes(2))) func mutatedFilesNeitherCrashNorFillTheMemory() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      var random = SplitMix64(seed: 20)
      let seeds = try Mutation.seeds()
      try #require(seeds.count > 140)
      // Everything that is allocated once is allocated before the memory is measured.
      for seed in seeds { Mutation.read(seed, in: folder.path) }
      let before = Mutation.peakMemory()
      try #require(before > 0)
      var (read, refused) = (0, 0)
      for round in 0..<(2100 / seeds.count + 1) {
        for seed in seeds {
          let mutant = Mutation.mutant(of: seed, kind: round, using: &random)
          if Mutation.read(mutant, in: folder.path) { read += 1 } else { refused += 1 }
        }
      }
      #expect(read + refused >= 2100)
      // Both kinds must occur, or the mutations test nothing.
      #expect(read > 200 && refused > 200, "\(read) read, \(refused) refused")
      // Honest sizes are kilobytes; libraries and arenas take a few megabytes.
      let growth = Mutation.peakMemory() - before
      #expect(growth < 24 << 20, "the address space grew by \(growth) bytes")
    }
  }

  /// A header that promises ten times what an 8 MB file holds allocates no second 8 MB.
  @Test(arguments: ["nii", "nii.gz"]) func lyingHeaderAllocatesNothing(ending: String) async {
    await #expect(processExitsWith: .success) { [ending = ending as String] in
      let folder = try TemporaryFolder()
      let path = folder.path + "/image.nii"
      let geometry = Geometry(extent: Extent(x: 128, y: 128, z: 128))
      var bytes: [UInt8] = []
      do {
        var random = SplitMix64(seed: 1)
        let voxels = (0..<geometry.extent.count).map { _ in random.uniform(0...1) }
        try Volume(voxels: voxels, geometry: geometry).write(to: path)
        bytes = try readBytes(path)
      }
      // dim[3] = 1280
      (bytes[46], bytes[47]) = (0, 5)
      let lying = folder.path + "/lying." + ending
      try writeBytes(ending == "nii" ? bytes : storedGzip(bytes), to: lying)
      let before = Mutation.peakMemory()
      let expected = VolumeFileError.truncated(
        path: lying, expectedBytes: 128 * 128 * 1280 * 4, foundBytes: 128 * 128 * 128 * 4)
      #expect(throws: expected) { try Volume<Float>(contentsOf: lying) }
      #expect(Mutation.peakMemory() - before < 4 << 20)
    }
  }
}

/// Files, and ways to damage them.
struct Mutation {
  var name: String
  var files: [String: [UInt8]]

  /// All fixtures, with NIfTI files also uncompressed and as stored gzip, so that damage reaches
  /// their header.
  static func seeds() throws -> [Mutation] {
    var result: [Mutation] = []
    for table in ["nifti.json", "nrrd.json", "metaimage.json", "tiff.json", "png.json"] {
      for fixture in FixtureCase.load(table) {
        result.append(Mutation(name: fixture.open, files: fixture.contents))
      }
    }
    for fixture in FixtureCase.load("nifti.json") where fixture.open == "case.nii" {
      result.append(
        Mutation(
          name: "stored.nii.gz", files: ["stored.nii.gz": fixture.contents["case.nii"] ?? []]))
    }
    let plain = result.filter { $0.name == "case.nii" || $0.name == "stored.nii.gz" }
    // The headers of NIfTI deserve more mutants than a fixture's share.
    for _ in 0..<8 { result += plain }
    return result
  }

  /// A damaged copy.
  static func mutant(of seed: Mutation, kind: Int, using random: inout SplitMix64) -> Mutation {
    var mutant = seed
    let names = seed.files.keys.sorted()
    let name = names[Int(random.next() % UInt64(names.count))]
    guard var bytes = mutant.files[name], !bytes.isEmpty else { return mutant }
    func below(_ count: Int) -> Int { Int(random.next() % UInt64(max(1, count))) }
    // Headers are where the harm is.
    func place() -> Int { below(random.chance(0.7) ? min(bytes.count, 400) : bytes.count) }
    switch kind % 8 {
    case 0: for _ in 0...below(8) { bytes[place()] = UInt8(truncatingIfNeeded: random.next()) }
    case 1: for _ in 0...below(3) { bytes[place()] ^= 1 << UInt8(below(8)) }
    case 2: bytes.removeLast(below(bytes.count))
    case 3:
      let start = place()
      bytes.removeSubrange(start..<min(bytes.count, start + 1 + below(20)))
    case 4:
      bytes.insert(contentsOf: (0...below(20)).map { _ in UInt8(below(256)) }, at: place())
    case 5:
      // An extreme number of two, four or eight bytes where numbers stand.
      let width = [2, 4, 8][below(3)]
      let start = place() / width * width
      let byte: UInt8 = [0x00, 0xFF, 0x7F, 0x80][below(4)]
      for index in start..<min(bytes.count, start + width) { bytes[index] = byte }
      if start + width <= bytes.count { bytes[start + width - 1] = [0x7F, 0x00, 0xFF][below(3)] }
    case 6:
      // Digits become other, more or huge digits.
      let digits = bytes.indices.filter { (0x30...0x39).contains(bytes[$0]) && $0 < 1000 }
      guard !digits.isEmpty else { break }
      let start = digits[below(digits.count)]
      let text = [
        "0", "-1", "9", "99999999", "999999999999999999999", "nan", "1e308", "4294967295",
      ]
      bytes.replaceSubrange(start...start, with: Array(text[below(text.count)].utf8))
    default:
      let start = place()
      bytes.replaceSubrange(start..<min(bytes.count, start + 64), with: bytes.prefix(64))
    }
    mutant.files[name] = bytes
    return mutant
  }

  /// Reads the file in every way; whether it was read.
  @discardableResult
  static func read(_ mutation: Mutation, in folder: String) -> Bool {
    for (name, bytes) in mutation.files {
      let stored = name == "stored.nii.gz" ? storedGzip(bytes) : bytes
      guard (try? writeBytes(stored, to: folder + "/" + name)) != nil else { return false }
    }
    let path = folder + "/" + mutation.name
    _ = try? VolumeHeader(contentsOf: path)
    _ = try? LabelMap(contentsOf: path)
    return (try? ImageFile(contentsOf: path)) != nil
  }

  /// The largest address space this process has had, in bytes.
  static func peakMemory() -> Int {
    guard let data = try? Data(contentsOf: URL(filePath: "/proc/self/status")) else { return 0 }
    for line in String(decoding: data, as: UTF8.self).split(separator: "\n")
    where line.hasPrefix("VmPeak:") {
      return (line.split(separator: " ").compactMap { Int($0) }.first ?? 0) * 1024
    }
    return 0
  }
}

import Glibc
import JSONDocuments
import Phantoms
import RandomNumbers
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite struct PhantomDatasetTests {
  @Test func folderHoldsWhatTheCasesAre() throws {
    var cohort = PhantomCohort(size: .quick, seed: 2)
    cohort.members = cohort.members.filter { ["train_02", "external_01"].contains($0.name) }
    let folder = try TemporaryFolder()
    let path = folder.path + "/phantoms"
    try cohort.write(to: path)
    for (member, ending) in zip(cohort.members, ["Tr", "Ts"]) {
      let phantom = cohort.makeCase(member)
      let labels = try LabelMap(contentsOf: "\(path)/labels\(ending)/\(member.name).nii.gz")
      #expect(labels.labels == phantom.labels.labels)
      for (index, channel) in phantom.channels.enumerated() {
        let file = "\(path)/images\(ending)/\(member.name)_000\(index).nii.gz"
        let read = try Volume<Float>(contentsOf: file)
        #expect(read.voxels == channel.voxels)
        #expect(read.geometry.cornerDifference(from: channel.geometry) < 1e-4)
        #expect(read.geometry.cornerDifference(from: labels.geometry) == 0)
      }
    }
    let description = try JSONValue(parsing: try text(of: path + "/dataset.json"))
    #expect(description["numTraining"] == 1)
    #expect(description["labels"] == ["background": 0, "liver": 1, "tumour": 2, "kidney": 3])
    #expect(description["channel_names"] == ["0": "T2", "1": "T1 contrast"])
    #expect(description["file_ending"] == ".nii.gz")
    #expect(
      try text(of: path + "/cohorts.csv")
        == "case,cohort\ntrain_02,training\nexternal_01,external site\n")
  }

  @Test func folderThatCannotBeMadeIsNamed() throws {
    let error = try #require(throws: PhantomError.self) {
      try PhantomCohort(size: .quick).write(to: "/dev/null/phantoms")
    }
    #expect(error.description.hasPrefix("/dev/null/phantoms: "))
  }

  @Test func noiseIsSmoothAndBounded() {
    var generator = SplitMix64(seed: 4)
    let noise = SmoothNoise(scale: 10, using: &generator)
    var (lowest, highest): (Float, Float) = (0, 0)
    for _ in 0..<20_000 {
      let point = SIMD3<Float>(
        generator.uniform(-500...500), generator.uniform(-500...500),
        generator.uniform(-500...500))
      let value = noise(point)
      (lowest, highest) = (min(lowest, value), max(highest, value))
      // Between lattice points 10 mm apart the polynomial's slope is at most 1.875 of the step of
      // at most 2.
      #expect(abs(noise(point + [0.1, 0, 0]) - value) < 3 * 0.1 * 1.875 * 2 / 10 + 1e-4)
    }
    #expect(lowest > -1 && lowest < -0.7 && highest < 1 && highest > 0.7)
  }

  private func text(of path: String) throws -> String {
    let file = try #require(fopen(path, "rb"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}

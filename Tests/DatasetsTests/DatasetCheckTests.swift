import Datasets
import Glibc
import Synchronization
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite struct DatasetCheckTests {
  /// The report's lines without the folder's name.
  private func lines(_ small: SmallDataset) -> [String] {
    DatasetCheck().report(on: small.folder.path).lines
      .map { $0.replacing(small.folder.path + "/", with: "") }
  }

  @Test func soundDatasetHasNoProblem() throws {
    let small = try SmallDataset()
    let calls = Mutex<[Int]>([])
    var settings = DatasetCheck.Settings()
    settings.progress = { done, total in calls.withLock { $0.append(done * 10 + total) } }
    let report = DatasetCheck(settings).report(on: small.folder.path)
    #expect(report.problems.isEmpty && report.caseCount == 3 && !report.hasErrors)
    #expect(calls.withLock { $0 } == [13, 23, 33])
  }

  @Test func unreadableAndMissingFiles() throws {
    let small = try SmallDataset()
    try small.write("imagesTr/c0_0001.nii.gz", "not an image at all")
    unlink(small.path("imagesTr/c1_0001.nii.gz"))
    unlink(small.path("labelsTr/c2.nii.gz"))
    let found = lines(small)
    #expect(found.count == 3)
    #expect(found[0].hasPrefix("imagesTr/c0_0001.nii.gz: "))
    #expect(
      found[1]
        == "imagesTr/c1_0000.nii.gz: wrong channel count: expected 2 (T1, T2), found 1 in case c1")
    #expect(found[2] == "labelsTr/c2.nii.gz: missing file")
  }

  @Test func truncatedFile() throws {
    let small = try SmallDataset()
    let path = small.path("imagesTr/c0_0000.nii.gz")
    try small.image(seed: 0, Geometry(extent: Extent(x: 64, y: 64, z: 8))).write(to: path)
    truncate(path, 400)
    let found = lines(small)
    #expect(found.count == 1 && found[0].hasPrefix("imagesTr/c0_0000.nii.gz: "))
  }

  @Test func grids() throws {
    let small = try SmallDataset()
    var geometry = SmallDataset.geometry
    geometry.origin.x += 0.25
    try small.labels(geometry).write(to: small.path("labelsTr/c0.nii.gz"))
    geometry = SmallDataset.geometry
    geometry.origin.x += 0.01
    try small.labels(geometry).write(to: small.path("labelsTr/c1.nii.gz"))
    geometry.extent.z = 3
    try small.image(seed: 5, geometry).write(to: small.path("imagesTr/c2_0001.nii.gz"))
    #expect(
      lines(small) == [
        "labelsTr/c0.nii.gz: grid differs from the case's first image by 0.25 mm, tolerated are "
          + "0.05 mm; resample it onto that image, or copy that image's header if only the header "
          + "is wrong",
        "imagesTr/c2_0001.nii.gz: grid differs from the case's first image: expected "
          + "4 × 3 × 2 voxels, found 4 × 3 × 3; resample it onto that image",
      ])
  }

  @Test func intensities() throws {
    let small = try SmallDataset()
    var image = small.image(seed: 0)
    image.voxels[3] = .nan
    image.voxels[4] = .nan
    image.voxels[5] = -.infinity
    try image.write(to: small.path("imagesTr/c0_0000.nii.gz"))
    try Volume<Float>(repeating: 7, geometry: SmallDataset.geometry)
      .write(to: small.path("imagesTr/c1_0001.nii.gz"))
    try small.image(seed: 40).write(to: small.path("imagesTr/c1_0000.nii.gz"))
    #expect(
      lines(small) == [
        "imagesTr/c0_0000.nii.gz: 2 voxels are NaN; replace them by a meaningful value such as 0; "
          + "1 voxel is infinite; replace them by a meaningful value",
        "imagesTr/c1_0001.nii.gz: warning: all voxels have the same value",
      ])
  }

  @Test func absurdSpacing() throws {
    let small = try SmallDataset()
    var geometry = SmallDataset.geometry
    geometry.spacing = Vector3(0x1p-40, 0x1p-40, 0x1p-40)
    for channel in 0..<2 {
      try small.image(seed: channel, geometry).write(
        to: small.path("imagesTr/c0_000\(channel).nii.gz"))
    }
    try small.labels(geometry).write(to: small.path("labelsTr/c0.nii.gz"))
    let found = lines(small)
    #expect(found.count == 1)
    #expect(
      found.first?.hasPrefix("imagesTr/c0_0000.nii.gz: the spacing is 9.09494") == true)
    let entry = try Dataset(contentsOf: small.folder.path).cases[0]
    let error = #expect(throws: DatasetError.self) { try CaseImages(of: entry) }
    #expect(error?.description.contains("expected 1e-06 to 1000000.0; correct the header") == true)
  }

  @Test func labels() throws {
    let small = try SmallDataset()
    var map = small.labels()
    map.labels[0] = 9
    map.labels[1] = 9
    map.labels[2] = 4
    try map.write(to: small.path("labelsTr/c0.nii.gz"))
    try LabelMap(
      labels: Array(repeating: 0, count: SmallDataset.geometry.extent.count),
      geometry: SmallDataset.geometry
    ).write(to: small.path("labelsTr/c1.nii.gz"))
    #expect(
      lines(small) == [
        "labelsTr/c0.nii.gz: labels not in dataset.json: 4 (1 voxel), 9 (2 voxels); "
          + "expected 0, 1, 2",
        "labelsTr/c1.nii.gz: warning: empty: no voxel has a label other than background",
      ])
  }

  @Test func description() throws {
    let small = try SmallDataset()
    try small.write(
      "dataset.json",
      """
      {"channel_names": {"0": "T1", "1": "T2"}, \
      "labels": {"background": 0, "a": 1, "b": 2, "c": 7}, "numTraining": 5}
      """)
    let found = lines(small)
    #expect(
      found == [
        "dataset.json: the field \"file_ending\" is missing; add it; \"numTraining\" says 5 cases, "
          + "found 3; note: labels are not consecutive: 0, 1, 2, 7; "
          + "training numbers them 0 ... 3, masks get these values back; warning: label 7 (c) occurs in no case"
      ])
  }

  @Test func labelsWithGapsAreNoError() throws {
    let small = try SmallDataset()
    try small.write(
      "dataset.json",
      """
      {"channel_names": {"0": "T1", "1": "T2"}, "labels": {"background": 0, "a": 1, "b": 2, "c": 7, \
      "ignore": 8}, "numTraining": 3, "file_ending": ".nii.gz"}
      """)
    let report = DatasetCheck().report(on: small.folder.path)
    #expect(!report.hasErrors)
    #expect(report.problems.map(\.severity) == [.note, .warning])
  }

  @Test func brokenDescriptionDoesNotStopTheCheck() throws {
    let small = try SmallDataset()
    try small.write("dataset.json", "{")
    try small.write("imagesTr/c1_0000.nii.gz", "x")
    let found = lines(small)
    #expect(found.count == 2)
    #expect(found[0].hasPrefix("dataset.json: not JSON: line 1"))
    #expect(found[1].hasPrefix("imagesTr/c1_0000.nii.gz: "))
  }

  @Test func namesAndDuplicates() throws {
    let small = try SmallDataset()
    // Case c1 gets the images of c0; channel 0 of c2 vanishes; a stray image and a stray label map
    // appear.
    for channel in 0..<2 {
      try small.image(seed: channel).write(to: small.path("imagesTr/c1_000\(channel).nii.gz"))
    }
    unlink(small.path("imagesTr/c2_0000.nii.gz"))
    try small.image(seed: 8).write(to: small.path("imagesTr/stray.nii.gz"))
    try small.labels().write(to: small.path("labelsTr/other.nii.gz"))
    #expect(
      lines(small) == [
        "imagesTr/stray.nii.gz: warning: not the image of any case; expected a name such as "
          + "CASE_0000.nii.gz",
        "labelsTr/other.nii.gz: warning: labels without an image of the same case",
        "imagesTr/c2_0001.nii.gz: case c2 has no _0000.nii.gz before its last channel; add what is "
          + "missing, or, if four digits are part of the case's name, put the channel's number behind "
          + "them, as in CASE_1234_0000.nii.gz; wrong channel count: expected 2 (T1, T2), found 1 in case c2",
        "imagesTr/c1_0000.nii.gz: duplicate case: c1 has the same voxels as c0",
      ])
  }

  /// Names that end in a number of their own make a line, not a page.
  @Test func numberedNamesWithoutAChannel() throws {
    let small = try SmallDataset()
    for name in ["imagesTr/c0_0000", "imagesTr/c0_0001"] { unlink(small.path(name + ".nii.gz")) }
    try small.image(seed: 9).write(to: small.path("imagesTr/c0_1234.nii.gz"))
    let found = lines(small)
    try #require(found.count == 1)
    #expect(
      found[0].hasPrefix(
        "imagesTr/c0_1234.nii.gz: case c0 has no _0000.nii.gz, _0001.nii.gz, _0002.nii.gz, "
          + "_0003.nii.gz, _0004.nii.gz and 1229 more before its last channel; add"))
  }

  @Test func tableWithDuplicates() throws {
    let small = try SmallDataset()
    let row = "imagesTr/c0_0000.nii.gz,imagesTr/c0_0001.nii.gz,labelsTr/c0.nii.gz"
    try small.write("t.csv", "case,T1,T2,label\na,\(row)\na,\(row)\n")
    let report = DatasetCheck().report(on: small.path("t.csv"))
    #expect(report.hasErrors)
    #expect(report.problems.contains { $0.what.hasPrefix("duplicate case: a stands") })
  }

  @Test func tableMayNameFilesAsItLikes() throws {
    let small = try SmallDataset()
    for (new, old) in [("scan_0007", "imagesTr/c0_0000"), ("scan_0008", "imagesTr/c0_0001")] {
      rename(small.path(old + ".nii.gz"), small.path(new + ".nii.gz"))
    }
    // Line breaks of two systems in one file.
    try small.write(
      "t.csv", "case,T1,T2,label\r\na,scan_0007.nii.gz,scan_0008.nii.gz,labelsTr/c0.nii.gz\n")
    unlink(small.path("dataset.json"))
    #expect(DatasetCheck().report(on: small.path("t.csv")).lines == [])
    try small.write(
      "t.csv", "case,T1,T2,label\na/b,scan_0007.nii.gz,scan_0008.nii.gz,labelsTr/c0.nii.gz\n")
    let found = DatasetCheck().report(on: small.path("t.csv"))
    #expect(found.lines.count == 1 && found.hasErrors)
    #expect(found.lines[0].contains("case name \"a/b\" cannot be a file's name"))
  }

  @Test func labelsWithoutAnyStructure() throws {
    let small = try SmallDataset()
    try small.write(
      "dataset.json",
      """
      {"channel_names": {"0": "T1", "1": "T2"}, "labels": {"background": 0}, "numTraining": 3, \
      "file_ending": ".nii.gz"}
      """)
    #expect(lines(small).first?.contains("no label but background") == true)
  }

  @Test func nothingThere() throws {
    let folder = try TemporaryFolder()
    let report = DatasetCheck().report(on: folder.path + "/none")
    #expect(report.problems.count == 1 && report.hasErrors)
    #expect(DatasetCheck().report(on: folder.path).hasErrors)
  }

  @Test(.enabled(if: ReferenceData.isAvailable)) func hippocampusIsSound() {
    let report = DatasetCheck().report(
      on: ReferenceData.path("data/Dataset004_Hippocampus"))
    #expect(report.caseCount == 200)
    #expect(report.lines == [])
  }
}

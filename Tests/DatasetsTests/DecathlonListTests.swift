import Datasets
import Glibc
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// Names that end in four digits are cases of the Decathlon's list, or channels, as the list says.
@Suite struct DecathlonListTests {
  /// A folder with the Decathlon's form of `dataset.json` and the files of three cases.
  private func dataset(files: [String: [Int]], listed: [String]) throws -> SmallDataset {
    let small = SmallDataset(empty: try TemporaryFolder())
    for name in ["imagesTr", "labelsTr"] { mkdir(small.path(name), 0o755) }
    let entries = listed.map {
      #"{"image": "./imagesTr/\#($0).nii.gz", "label": "./labelsTr/\#($0).nii.gz"}"#
    }
    try small.write(
      "dataset.json",
      """
      {"modality": {"0": "T2", "1": "ADC"}, \
      "labels": {"0": "background", "1": "PZ", "2": "TZ"}, "numTraining": \(listed.count), \
      "training": [\(entries.joined(separator: ", "))], "test": []}
      """)
    for (name, seeds) in files {
      try ImageFile(channels: seeds.map { small.image(seed: $0) })
        .write(to: small.path("imagesTr/\(name).nii.gz"))
    }
    for name in listed { try small.labels().write(to: small.path("labelsTr/\(name).nii.gz")) }
    return small
  }

  @Test func fourDigitsAreACaseOfTheList() throws {
    let small = try dataset(
      files: ["x_0002": [4, 5], "x_0001": [2, 3], "x_0000": [0, 1]],
      listed: ["x_0002", "x_0000", "x_0001"])
    let dataset = try Dataset(contentsOf: small.folder.path)
    #expect(dataset.caseNames == ["x_0000", "x_0001", "x_0002"])
    #expect(dataset.cases[1].images == [small.path("imagesTr/x_0001.nii.gz")])
    #expect(dataset.cases[1].labels == small.path("labelsTr/x_0001.nii.gz"))
    let images = try CaseImages(of: dataset.cases[1])
    #expect(images.channels.map { $0.elements[0] } == [201, 301])
    #expect(DatasetCheck().report(on: small.folder.path).problems.isEmpty)
  }

  @Test func listOfNNUNetsFirstVersionNamesCasesWithChannelFiles() throws {
    let small = try dataset(
      files: ["x_0000": [0], "x_0001": [1], "y_0000": [2], "y_0001": [3]], listed: ["y", "x"])
    let dataset = try Dataset(contentsOf: small.folder.path)
    #expect(dataset.caseNames == ["x", "y"])
    #expect(
      dataset.cases[0].images == ["0000", "0001"].map { small.path("imagesTr/x_\($0).nii.gz") })
    #expect(DatasetCheck().report(on: small.folder.path).problems.isEmpty)
  }

  @Test func listedFileThatIsMissingIsReported() throws {
    let small = try dataset(files: ["x_0001": [2, 3]], listed: ["x_0001", "x_0002"])
    let lines = DatasetCheck().report(on: small.folder.path).lines
    #expect(lines == ["\(small.path("imagesTr/x_0002.nii.gz")): missing file"])
  }

  @Test func fileThatIsNotListedIsNoCase() throws {
    let small = try dataset(
      files: ["x_0001": [2, 3], "x_0002": [4, 5]], listed: ["x_0001"])
    #expect(try Dataset(contentsOf: small.folder.path).caseNames == ["x_0001"])
    let problems = DatasetCheck().report(on: small.folder.path).problems
    #expect(problems.map(\.file) == [small.path("imagesTr/x_0002.nii.gz")])
    #expect(problems.map(\.severity) == [.warning])
  }

  @Test func entryWithoutLabelsIsNamed() throws {
    let small = try dataset(files: ["a": [0, 1]], listed: ["a"])
    try small.write(
      "dataset.json",
      #"{"modality": {"0": "T2"}, "labels": {"0": "b", "1": "c"}, "training": ["./imagesTr/a.nii.gz"]}"#
    )
    #expect(
      throws: DatasetError.wrongField(
        path: small.path("dataset.json"), field: "training[0]",
        expected: #"{"image": "./imagesTr/CASE.nii.gz", "label": file}"#,
        found: #""./imagesTr/a.nii.gz""#)
    ) { try Dataset(contentsOf: small.folder.path) }
  }
}

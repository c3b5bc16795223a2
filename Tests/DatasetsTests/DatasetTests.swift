import Datasets
import Glibc
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite struct DatasetTests {
  @Test func folder() throws {
    let small = try SmallDataset()
    let dataset = try Dataset(contentsOf: small.folder.path)
    #expect(dataset.caseNames == ["c0", "c1", "c2"])
    #expect(
      dataset.cases[1].images == [
        small.path("imagesTr/c1_0000.nii.gz"), small.path("imagesTr/c1_0001.nii.gz"),
      ])
    #expect(dataset.cases[1].labels == small.path("labelsTr/c1.nii.gz"))
    #expect(dataset.numTraining == 3 && dataset.fileEnding == ".nii.gz")
    #expect(dataset.name == small.folder.path.split(separator: "/").last.map(String.init))
  }

  @Test func listedCasesWithVariables() throws {
    let small = try SmallDataset()
    try small.write(
      "dataset.json",
      """
      {"channel_names": {"0": "T1"}, "labels": {"background": 0, "a": 1}, "numTraining": 2, \
      "file_ending": ".nii.gz", "dataset": {\
      "z": {"images": ["$BASE/z.nii.gz"], "label": "${BASE}s/z.nii.gz"}, \
      "a": {"images": ["imagesTr/a.nii.gz"], "label": "$OTHER/a.nii.gz"}}}
      """)
    let dataset = try Dataset(contentsOf: small.folder.path, variables: ["BASE": "/x"])
    #expect(dataset.caseNames == ["z", "a"])
    #expect(dataset.cases[0].images == ["/x/z.nii.gz"])
    #expect(dataset.cases[0].labels == "/xs/z.nii.gz")
    #expect(dataset.cases[1].images == [small.path("imagesTr/a.nii.gz")])
    #expect(dataset.cases[1].labels == small.path("$OTHER/a.nii.gz"))
  }

  @Test func decathlonFolder() throws {
    let folder = try TemporaryFolder()
    let small = SmallDataset(empty: folder)
    for name in ["imagesTr", "labelsTr"] { mkdir(small.path(name), 0o755) }
    try small.write(
      "dataset.json",
      """
      {"modality": {"0": "T2", "1": "ADC"}, "labels": {"0": "background", "1": "PZ"}, \
      "numTraining": 1, "training": [{"image": "./imagesTr/p_00.nii.gz", \
      "label": "./labelsTr/p_00.nii.gz"}]}
      """)
    try ImageFile(channels: [small.image(seed: 0), small.image(seed: 1)])
      .write(to: small.path("imagesTr/p_00.nii.gz"))
    try small.labels().write(to: small.path("labelsTr/p_00.nii.gz"))
    let dataset = try Dataset(contentsOf: folder.path)
    #expect(dataset.caseNames == ["p_00"])
    let images = try CaseImages(of: dataset.cases[0])
    #expect(images.channels.map { $0.elements[0] } == [1, 101])
  }

  @Test func table() throws {
    let small = try SmallDataset()
    try small.write(
      "cohort.csv",
      """
      case,T1,"T2",label,group,cohort\r
      p1,imagesTr/c0_0000.nii.gz,imagesTr/c0_0001.nii.gz,labelsTr/c0.nii.gz,A,"site ""x"", 1"\r
      p0, imagesTr/c1_0000.nii.gz ,/abs/t2.nii.gz,,,\r
      \r
      """)
    let dataset = try Dataset(contentsOf: small.path("cohort.csv"))
    #expect(dataset.name == "cohort")
    #expect(dataset.caseNames == ["p1", "p0"])
    #expect(dataset.cases[0].cohort == #"site "x", 1"#)
    #expect(dataset.groups == ["p1": "A"])
    #expect(dataset.cases[1].images == [small.path("imagesTr/c1_0000.nii.gz"), "/abs/t2.nii.gz"])
    #expect(dataset.cases[1].labels == nil && dataset.cases[1].group == nil)
    // dataset.json stands beside it.
    #expect(dataset.description.labels.name(of: 2) == "b")
  }

  @Test func tableWithoutDescription() throws {
    let small = try SmallDataset()
    unlink(small.path("dataset.json"))
    try small.write(
      "cohort.csv",
      "case,CT,label\np1,imagesTr/c0_0000.nii.gz,labelsTr/c0.nii.gz\np2,x.nii.gz,y.nii.gz\n")
    let description = try Dataset(contentsOf: small.path("cohort.csv")).description
    #expect(description.channelNames == ["CT"])
    #expect(description.labels.structures.map(\.name) == ["background", "label_1", "label_2"])
    #expect(description.numTraining == 2)
  }

  @Test(arguments: [
    ("id,image,label\n", "needs the columns"), ("case,label\na,b\n", "names no image column"),
    ("case,image,label\na,b\n", "line 2: expected 3 fields as in the header, found 2"),
    ("case,image,label\na,\"b,c\n", "line 2: expected 3 fields"),
    ("case,image,label\n,b,c\n", "line 2: the case or an image has no name"),
  ])
  func brokenTables(text: String, problem: String) throws {
    let small = try SmallDataset()
    try small.write("t.csv", text)
    let error = #expect(throws: DatasetError.self) { try Dataset(contentsOf: small.path("t.csv")) }
    #expect(error?.description.contains(problem) == true)
  }

  @Test func missingFolders() throws {
    let folder = try TemporaryFolder()
    #expect(throws: DatasetError.self) { try Dataset(contentsOf: folder.path + "/none") }
    #expect(throws: DatasetError.self) { try Dataset(contentsOf: folder.path) }
    try SmallDataset(empty: folder).write(
      "dataset.json",
      #"{"channel_names": {"0": "T1"}, "labels": {"background": 0}, "file_ending": ".nii"}"#)
    mkdir(folder.path + "/imagesTr", 0o755)
    #expect(
      throws: DatasetError.noCases(
        path: folder.path, expected: "imagesTr/CASE_0000.nii and labelsTr/CASE.nii")
    ) { try Dataset(contentsOf: folder.path) }
  }

  @Test func imagesOfAFolder() throws {
    let small = try SmallDataset()
    let cases = try Case.images(in: small.path("imagesTr"), fileEnding: ".nii.gz")
    #expect(cases.map(\.id) == ["c0", "c1", "c2"])
    #expect(cases.allSatisfy { $0.images.count == 2 && $0.labels == nil })
  }
}

@Suite struct CaseImagesTests {
  @Test func axesAndSpacing() throws {
    let small = try SmallDataset()
    let entry = try Dataset(contentsOf: small.folder.path).cases[1]
    let images = try CaseImages(of: entry)
    #expect(images.shape == Shape3(2, 3, 4))
    #expect(images.spacing == [2, 0.75, 0.5])
    #expect(images.channels.map(\.shape) == [Shape3(2, 3, 4), Shape3(2, 3, 4)])
    // Voxel (x, y, z) = (3, 1, 1) of the file is element (1, 1, 3) of the array.
    let volume = try Volume<Float>(contentsOf: entry.images[0])
    #expect(images.channels[0][1, 1, 3] == volume[3, 1, 1])
    let labels = try images.labels(of: entry)
    #expect(labels[1, 1, 3] == small.labels()[3, 1, 1])
  }

  @Test func pictureIsOneSlice() throws {
    let small = try SmallDataset()
    let path = small.path("slice.png")
    let geometry = Geometry(extent: Extent(x: 5, y: 4, z: 1))
    try small.image(seed: 0, geometry).write(to: path)
    let images = try CaseImages(of: Case(id: "s", images: [path]))
    #expect(images.shape == Shape3(1, 4, 5))
    #expect(images.spacing == [999, 1, 1])
  }

  @Test func otherGridIsRefused() throws {
    let small = try SmallDataset()
    var geometry = SmallDataset.geometry
    geometry.spacing.x = 0.6
    try small.image(seed: 9, geometry).write(to: small.path("imagesTr/c1_0001.nii.gz"))
    let entry = try Dataset(contentsOf: small.folder.path).cases[1]
    #expect(throws: DatasetError.self) { try CaseImages(of: entry) }
    // Rounding in one header is no other grid; a shift by half a voxel is.
    geometry = SmallDataset.geometry
    geometry.spacing.x = 0.50001
    try small.image(seed: 9, geometry).write(to: small.path("imagesTr/c1_0001.nii.gz"))
    #expect(try CaseImages(of: entry).spacing == [2, 0.75, 0.5])
    geometry = SmallDataset.geometry
    geometry.origin.y += 0.375
    try small.image(seed: 9, geometry).write(to: small.path("imagesTr/c1_0001.nii.gz"))
    #expect(throws: DatasetError.self) { try CaseImages(of: entry) }
    try small.labels(geometry).write(to: small.path("labelsTr/c0.nii.gz"))
    #expect(throws: DatasetError.self) {
      let first = try Dataset(contentsOf: small.folder.path).cases[0]
      _ = try CaseImages(of: first).labels(of: first)
    }
    geometry.extent.y = 2
    try small.labels(geometry).write(to: small.path("labelsTr/c0.nii.gz"))
    let other = try Dataset(contentsOf: small.folder.path).cases[0]
    let images = try CaseImages(of: other)
    #expect(
      throws: DatasetError.gridMismatch(
        id: "c0", path: small.path("labelsTr/c0.nii.gz"), expected: "4 × 3 × 2 voxels",
        found: "4 × 2 × 2")
    ) { try images.labels(of: other) }
    #expect(throws: DatasetError.noLabels(id: "q")) {
      try images.labels(of: Case(id: "q", images: []))
    }
  }
}

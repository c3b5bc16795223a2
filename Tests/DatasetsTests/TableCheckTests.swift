import Datasets
import Glibc
import TestSupport
import Testing
import VolumeFiles

/// A check of a table tells everything at once, as one of a folder does.
@Suite struct TableCheckTests {
  @Test func aFolderIsNoTable() throws {
    let folder = try TemporaryFolder()
    mkdir(folder.path + "/t.csv", 0o755)
    #expect(
      throws: DatasetError.unreadable(path: folder.path + "/t.csv", reason: "Is a directory")
    ) { try Dataset(contentsOf: folder.path + "/t.csv") }
  }

  @Test func everyLineAndEveryFile() throws {
    let small = try SmallDataset()
    unlink(small.path("dataset.json"))
    unlink(small.path("imagesTr/c2_0001.nii.gz"))
    try small.write("labelsTr/c1.nii.gz", "no image")
    try small.write(
      "t.csv",
      """
      case,T1,T2,label
      c0,imagesTr/c0_0000.nii.gz,imagesTr/c0_0001.nii.gz,labelsTr/c0.nii.gz
      c1,imagesTr/c1_0000.nii.gz,imagesTr/c1_0001.nii.gz,labelsTr/c1.nii.gz
      short,imagesTr/c1_0000.nii.gz
      ,imagesTr/c1_0000.nii.gz,imagesTr/c1_0001.nii.gz,labelsTr/c1.nii.gz
      c2,imagesTr/c2_0000.nii.gz,imagesTr/c2_0001.nii.gz,
      """)
    let path = small.path("t.csv")
    let problems = DatasetCheck().report(on: path).problems
      .map { $0.description.replacing(small.folder.path + "/", with: "") }
    #expect(problems.count == 5)
    #expect(problems[0] == "t.csv: line 4: expected 4 fields as in the header, found 2")
    #expect(problems[1] == "t.csv: line 5: the case or an image has no name")
    #expect(problems[2].hasPrefix("labelsTr/c1.nii.gz: "))
    #expect(problems[3] == "imagesTr/c2_0001.nii.gz: missing file")
    #expect(problems[4] == "c2: the case has no label file")
    #expect(
      throws: DatasetError.table(
        path: path, line: 4, problem: "expected 4 fields as in the header, found 2")
    ) { try Dataset(contentsOf: path) }
  }
}

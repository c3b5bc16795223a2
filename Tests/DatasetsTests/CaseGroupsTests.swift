import Datasets
import TestSupport
import Testing
import VolumeFiles

@Suite struct CaseGroupsTests {
  private let cases = (0..<40).map { "c\($0 < 10 ? "0" : "")\($0)" }

  /// The fold in whose validation part every case is, each case being in exactly one.
  private func folds(_ splits: CrossValidationSplits) -> [String: Int] {
    var result: [String: Int] = [:]
    for (fold, split) in splits.splits.enumerated() {
      for name in split.validation {
        #expect(result.updateValue(fold, forKey: name) == nil)
      }
      #expect((split.training + split.validation).sorted() == cases)
    }
    #expect(result.count == cases.count)
    return result
  }

  @Test(arguments: [UInt32(12345), 1, 2, 3])
  func groupsOfAllSizesStayTogetherAndFoldsAreBalanced(seed: UInt32) throws {
    // Groups of 7, 6, 5, 4, 3, 2 cases, and 13 that stand alone.
    var groups: [String: String] = [:]
    var next = cases.makeIterator()
    for size in [2, 7, 4, 6, 3, 5] {
      for _ in 0..<size { if let name = next.next() { groups[name] = "site \(size)" } }
    }
    let splits = try CrossValidationSplits(cases: cases.reversed(), seed: seed, groups: groups)
    let fold = folds(splits)
    for size in 2...7 {
      #expect(Set(groups.filter { $0.value == "site \(size)" }.map { fold[$0.key] }).count == 1)
    }
    // The single cases level what the groups leave: 40 cases in five folds.
    #expect(splits.splits.map(\.validation.count) == [8, 8, 8, 8, 8])
    #expect(splits.separatedGroup(groups) == nil)
    #expect(try CrossValidationSplits(cases: cases, seed: seed, groups: groups) == splits)
  }

  @Test func aGroupThatIsLargerThanAFoldLeavesNoFoldEmpty() throws {
    let groups = Dictionary(uniqueKeysWithValues: cases.dropLast(4).map { ($0, "large") })
    let splits = try CrossValidationSplits(cases: cases, groups: groups)
    #expect(splits.splits.map(\.validation.count) == [36, 1, 1, 1, 1])
  }

  @Test func groupsOfOneCaseGiveTheFoldsWithoutGroups() throws {
    let groups = Dictionary(uniqueKeysWithValues: cases.map { ($0, "only \($0)") })
    #expect(
      try CrossValidationSplits(cases: cases, groups: groups) == CrossValidationSplits(cases: cases)
    )
  }

  @Test func aGroupMayBeCalledLikeACase() throws {
    let groups = ["c01": "c00", "c02": "c00"]
    let fold = folds(try CrossValidationSplits(cases: cases, groups: groups))
    #expect(fold["c01"] == fold["c02"])
  }

  @Test func fewGroupsGiveAsManyFolds() throws {
    let names = ["a", "b", "c", "d", "e", "f"]
    let groups = ["a": "x", "b": "x", "c": "x", "d": "y", "e": "y"]
    let splits = try CrossValidationSplits(cases: names, groups: groups)
    #expect(splits.splits.map(\.validation) == [["a", "b", "c"], ["d", "e"], ["f"]])
    #expect(throws: DatasetError.tooFewCases(count: 3, folds: 5)) {
      try CrossValidationSplits(cases: names, folds: 5, groups: groups)
    }
    // Every case a group of its own, and fewer than five of them.
    let alone = Dictionary(uniqueKeysWithValues: names[..<4].map { ($0, "only \($0)") })
    #expect(
      try CrossValidationSplits(cases: Array(names[..<4]), groups: alone).splits.count == 4)
    #expect(throws: DatasetError.tooFewCases(count: 4, folds: 5)) {
      try CrossValidationSplits(cases: Array(names[..<4]))
    }
    let one = Dictionary(uniqueKeysWithValues: names.map { ($0, "x") })
    #expect(throws: DatasetError.tooFewCases(count: 1, folds: 2)) {
      try CrossValidationSplits(cases: names, groups: one)
    }
  }

  @Test func randomFoldsKeepGroupsTogether() throws {
    let groups = Dictionary(
      uniqueKeysWithValues: cases.enumerated().map { ($1, "patient \($0 / 3)") })
    let splits = try CrossValidationSplits(cases: cases, groups: groups)
    for number in 5..<25 {
      let split = splits.split(.number(number), of: cases, groups: groups)
      #expect((split.training + split.validation).sorted() == cases)
      #expect(!split.validation.isEmpty)
      #expect(CrossValidationSplits([split]).separatedGroup(groups) == nil)
    }
  }

  @Test func aSeparatedGroupIsNamed() throws {
    let groups = ["b": "x", "c": "x", "a": "y"]
    let splits = CrossValidationSplits([
      .init(training: ["a"], validation: ["b", "c"]),
      .init(training: ["a", "b"], validation: ["c"]),
    ])
    let found = splits.separatedGroup(groups)
    #expect(found?.group == "x" && found?.fold == 1)
    #expect(found?.trained == "b" && found?.validated == "c")
  }

  @Test func tableOfGroups() throws {
    let small = try SmallDataset()
    let dataset = try Dataset(contentsOf: small.folder.path)
    try small.write("g.csv", "Case,site,Group\nc0,x,A\nc1,x,A\nc2,y,\n")
    let grouped = try dataset.grouped(by: CaseGroups(contentsOf: small.path("g.csv")))
    #expect(grouped.groups == ["c0": "A", "c1": "A"])
    #expect(grouped.cases.map(\.images) == dataset.cases.map(\.images))
    #expect(grouped.cases.map(\.labels) == dataset.cases.map(\.labels))
  }

  @Test func tableThatDoesNotFit() throws {
    let small = try SmallDataset()
    let dataset = try Dataset(contentsOf: small.folder.path)
    let path = small.path("g.csv")
    try small.write("g.csv", "case,group\nc0,A\nC1,A\nc2,\n")
    #expect(
      throws: DatasetError.groups(
        path: path,
        problem: "names cases that the dataset does not have: C1; correct the names, or remove the "
          + "lines; has no line for the cases c1; add them, with an empty group for a case that "
          + "stands alone")
    ) { try dataset.grouped(by: CaseGroups(contentsOf: path)) }
    for (text, line) in [
      ("case,site\nc0,A\n", 1), ("case,group\nc0,A\nc0,B\n", 3), ("case,group\nc0\n", 2), ("", 1),
    ] {
      try small.write("g.csv", text)
      do throws(DatasetError) {
        _ = try CaseGroups(contentsOf: path)
        Issue.record("\(text) was accepted")
      } catch {
        guard case .table(path, line, _) = error else {
          Issue.record("\(error)")
          continue
        }
      }
    }
  }

  /// The check's lines without the folder's name.
  private func lines(_ small: SmallDataset, groups: String? = nil) -> [String] {
    var settings = DatasetCheck.Settings()
    settings.groups = groups
    return DatasetCheck(settings).report(on: small.folder.path).lines
      .map { $0.replacing(small.folder.path + "/", with: "") }
  }

  @Test func equalImagesInTwoGroups() throws {
    let small = try SmallDataset()
    for channel in 0..<2 {
      try small.image(seed: channel).write(to: small.path("imagesTr/c2_000\(channel).nii.gz"))
    }
    let same = "imagesTr/c2_0000.nii.gz: duplicate case: c2 has the same voxels as c0"
    #expect(lines(small) == [same])
    try small.write("g.csv", "case,group\nc0,A\nc1,B\nc2,A\n")
    #expect(lines(small, groups: small.path("g.csv")) == [same])
    try small.write("g.csv", "case,group\nc0,A\nc1,B\nc2,B\nc3,\n")
    #expect(
      lines(small, groups: small.path("g.csv")) == [
        "g.csv: names cases that the dataset does not have: c3; correct the names, or remove the "
          + "lines",
        same
          + ", but one is in group B and the other in group A: a network might be validated on what "
          + "it was trained on",
      ])
  }

  @Test func oneEqualImage() throws {
    let small = try SmallDataset()
    try small.image(seed: 1).write(to: small.path("imagesTr/c2_0001.nii.gz"))
    try small.image(seed: 2).write(to: small.path("imagesTr/c1_0001.nii.gz"))
    #expect(
      lines(small) == [
        "imagesTr/c1_0001.nii.gz: warning: has the same voxels as imagesTr/c1_0000.nii.gz, another "
          + "channel of the case",
        "imagesTr/c2_0001.nii.gz: warning: has the same voxels as imagesTr/c0_0001.nii.gz of case c0",
      ])
    try small.write("g.csv", "case,group\nc0,A\nc1,B\nc2,\n")
    #expect(
      lines(small, groups: small.path("g.csv")).last?.hasSuffix(
        "of case c0, but one is in no group and the other in group A: a network might be validated "
          + "on what it was trained on") == true)
  }
}

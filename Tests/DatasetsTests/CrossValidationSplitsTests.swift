import Datasets
import FileOutput
import TestSupport
import Testing

@Suite struct CrossValidationSplitsTests {
  private let cases = (0..<13).map { "c\($0 < 10 ? "0" : "")\($0)" }

  // sklearn 1.x: KFold(5, shuffle=True, random_state=12345).split(range(13))
  @Test func foldsEqualScikitLearns() throws {
    let splits = try CrossValidationSplits(cases: cases.reversed())
    let held = [[0, 7, 9], [3, 6, 10], [8, 11, 12], [1, 4], [2, 5]]
    for (fold, indices) in held.enumerated() {
      #expect(splits.splits[fold].validation == indices.map { cases[$0] })
      #expect(
        splits.splits[fold].training
          == cases.indices.filter { !indices.contains($0) }
          .map { cases[$0] })
    }
  }

  // numpy.random.RandomState(12345 + 7).choice(13, 10, replace=False)
  @Test func foldBeyondTheListIsARandomSplit() throws {
    let splits = try CrossValidationSplits(cases: cases)
    let split = splits.split(.number(7), of: cases)
    #expect(split.training == [9, 4, 6, 8, 2, 0, 7, 12, 1, 10].map { cases[$0] })
    #expect(split.validation == [3, 5, 11].map { cases[$0] })
    #expect(splits.split(.number(4), of: cases) == splits.splits[4])
    #expect(splits.split(.all, of: cases) == .init(training: cases, validation: cases))
  }

  @Test func groupsStayTogether() throws {
    let groups = Dictionary(
      uniqueKeysWithValues: cases.enumerated().map { ($1, "patient\($0 / 2)") })
    let splits = try CrossValidationSplits(cases: cases, groups: groups)
    var held: [String] = []
    for split in splits.splits {
      let validation = Set(split.validation.map { groups[$0] })
      #expect(validation.isDisjoint(with: Set(split.training.map { groups[$0] })))
      #expect((split.training + split.validation).sorted() == cases)
      held += split.validation
    }
    #expect(held.sorted() == cases)
  }

  @Test func tooFewCasesAreRefused() {
    #expect(throws: DatasetError.tooFewCases(count: 4, folds: 5)) {
      try CrossValidationSplits(cases: ["a", "b", "c", "d"])
    }
  }

  @Test func fileRoundTrip() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/splits_final.json"
    let splits = try CrossValidationSplits(cases: cases)
    try splits.write(to: path)
    #expect(try CrossValidationSplits(contentsOf: path) == splits)
    #expect(splits.unknownCases(among: Array(cases.dropFirst())) == ["c00"])
  }

  @Test func brokenFilesAreNamed() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/splits_final.json"
    try writeAtomically(#"[{"train": ["a"]}]"#, to: path)
    #expect(throws: DatasetError.self) { try CrossValidationSplits(contentsOf: path) }
    #expect(throws: DatasetError.self) { try CrossValidationSplits(contentsOf: folder.path + "/x") }
  }

  @Test func foldNames() {
    #expect(Fold("3") == .number(3))
    #expect(Fold("all") == .all)
    #expect(Fold("-1") == nil && Fold("03") == nil && Fold("x") == nil)
  }

  @Test(.enabled(if: ReferenceData.isAvailable))
  func hippocampusFoldsEqualReference() throws {
    let dataset = try Dataset(
      contentsOf: ReferenceData.path("data/Dataset004_Hippocampus"))
    let reference = try CrossValidationSplits(
      contentsOf: ReferenceData.path("reference/plans/hippocampus/splits_final.json"))
    #expect(reference.splits.count == 5)
    #expect(try CrossValidationSplits(cases: dataset.caseNames) == reference)
  }
}

import Datasets
import FileOutput
import TestSupport
import Testing

@Suite struct CohortListTests {
  private func list(_ text: String) throws -> CohortList {
    let folder = try TemporaryFolder()
    try writeAtomically(text, to: folder.path + "/cohorts.csv")
    return try CohortList(contentsOf: folder.path + "/cohorts.csv")
  }

  @Test(arguments: ["\n", "\r\n"]) func casesAndCohortsAreRead(lineBreak: String) throws {
    let text = ["\u{FEFF}Case,note,cohort", "a,,\"site 1, old\"", "b,x,site 2", "c,,", ""]
      .joined(separator: lineBreak)
    #expect(try list(text).cohorts == ["a": "site 1, old", "b": "site 2"])
  }

  @Test func problemsNameTheLine() throws {
    for (text, phrase) in [
      ("", "line 1"), ("case,site\na,b\n", "\"cohort\""), ("case,cohort\na\n", "line 2"),
      ("case,cohort\na,x\nb,x\na,y\n", "line 4"), ("case,cohort\na,\"x\n", "line 2"),
    ] {
      let error = try #require(throws: DatasetError.self) { try list(text) }
      #expect(error.description.contains(phrase), "\(error)")
    }
    #expect(throws: DatasetError.self) { try CohortList(contentsOf: "/nowhere/cohorts.csv") }
  }
}

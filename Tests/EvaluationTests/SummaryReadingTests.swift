import Evaluation
import FileOutput
import TestSupport
import Testing

@Suite struct SummaryReadingTests {
  private static let summary = EvaluationSummary(
    structures: [.label(1), .region([1, 2])],
    cases: [
      CaseOverlap(
        name: "a.1", referenceFile: "r/a.1.nii.gz", predictionFile: "p/a.1.nii.gz",
        counts: [
          ConfusionCounts(
            truePositives: 1, falsePositives: 2, falseNegatives: 3, trueNegatives: 4),
          ConfusionCounts(
            truePositives: 5, falsePositives: 6, falseNegatives: 7, trueNegatives: 8),
        ]),
      // Scores of nothing are NaN in the file.
      CaseOverlap(
        name: "b", referenceFile: "b.nrrd", predictionFile: "p/b.nrrd",
        counts: [
          ConfusionCounts(
            truePositives: 0, falsePositives: 0, falseNegatives: 0, trueNegatives: 9),
          ConfusionCounts(
            truePositives: 1, falsePositives: 0, falseNegatives: 0, trueNegatives: 8),
        ]),
    ])

  @Test func whatWasWrittenIsRead() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/summary.json"
    try Self.summary.write(to: path)
    let structures = Self.summary.structures
    #expect(try EvaluationSummary(contentsOf: path, structures: structures) == Self.summary)
    let one = try EvaluationSummary(contentsOf: path, structures: [structures[1]])
    #expect(one.cases.map(\.counts) == Self.summary.cases.map { [$0.counts[1]] })
  }

  @Test func otherFilesAreRefused() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/summary.json"
    try Self.summary.write(to: path)
    let missing = #expect(throws: EvaluationError.self) {
      try EvaluationSummary(contentsOf: path, structures: [.label(3)])
    }
    #expect(
      missing?.description
        == "\(path): cannot be read: metric_per_case[0] has no TP, FP, FN and TN of 3")
    for number in ["-1", "9223372036854775807"] {
      let metrics = #"{"1": {"TP": \#(number), "FP": 1, "FN": 1, "TN": 1}}"#
      try writeAtomically(
        #"{"metric_per_case": [{"prediction_file": "p", "reference_file": "r", "metrics": \#(metrics)}]}"#,
        to: path)
      let absurd = #expect(throws: EvaluationError.self) {
        try EvaluationSummary(contentsOf: path, structures: [.label(1)])
      }
      #expect(absurd?.description.contains("metric_per_case[0] has numbers of voxels of 1") == true)
    }
    for text in ["", "[]", #"{"metric_per_case": [{}]}"#] {
      try writeAtomically(text, to: path)
      #expect(throws: EvaluationError.self) {
        try EvaluationSummary(contentsOf: path, structures: [])
      }
    }
  }
}

import Evaluation
import FileOutput
import Glibc
import Safetensors
import TestSupport
import Testing
import Volumes

@Suite struct EvaluationSummaryTests {
  /// What nnU-Net was asked for, and what it wrote.
  static let golden: [(OverlapEvaluator, String)] = [
    (OverlapEvaluator(structures: [.label(1), .label(2), .label(3)]), "labels.json"),
    (
      OverlapEvaluator(structures: [.label(0), .label(1), .label(4)], ignoreLabel: 5),
      "absent_label.json"
    ),
    (
      OverlapEvaluator(
        structures: [.region([1, 2, 3]), .region([2, 3]), .region([3])], ignoreLabel: 5),
      "regions.json"
    ),
  ]

  /// Character by character: layout, order, NaN and the last digit of every mean.
  @Test(arguments: golden.indices) func summaryEqualsTheReference(index: Int) throws {
    let (evaluator, file) = Self.golden[index]
    let folder = try CaseFolder()
    let summary = try evaluator.evaluate(folder.folders) { try folder.labelMap($0) }
    let output = folder.path + "/summary.json"
    try summary.write(to: output)
    #expect(relative(try text(of: output), to: folder.path) == (try text(of: fixture(file))))
  }

  @Test func folderProblemsAreNamed() throws {
    let folder = try CaseFolder()
    let evaluator = OverlapEvaluator(structures: [.label(1)])
    let read: @Sendable (String) throws -> LabelMap = { try folder.labelMap($0) }
    try writeAtomically("", to: folder.path + "/reference/extra.nii.gz")
    #expect(
      throws: EvaluationError.missingPredictions(
        folder: folder.path + "/prediction", names: ["extra.nii.gz"])
    ) { try evaluator.evaluate(folder.folders, reading: read) }
    var allowing = folder.folders
    allowing.missingPredictions = .allow
    #expect(try evaluator.evaluate(allowing, reading: read).cases.count == 11)

    try writeAtomically("", to: folder.path + "/prediction/other.nii.gz")
    #expect(
      throws: EvaluationError.missingReference(
        prediction: folder.path + "/prediction/other.nii.gz",
        reference: folder.path + "/reference/other.nii.gz")
    ) { try evaluator.evaluate(allowing, reading: read) }

    var wrong = folder.folders
    wrong.fileEnding = ".mha"
    #expect(throws: EvaluationError.self) { try evaluator.evaluate(wrong, reading: read) }
    wrong.prediction = "/nowhere"
    #expect(throws: EvaluationError.self) { try evaluator.evaluate(wrong, reading: read) }
  }

  @Test func gridMismatchNamesBothFiles() throws {
    let folder = try CaseFolder()
    let evaluator = OverlapEvaluator(structures: [.label(1)])
    for prediction in [labelMap([1, 1, 1]), labelMap([1, 1], spacing: 1.2)] {
      let error = try #require(throws: EvaluationError.self) {
        try evaluator.evaluate(folder.folders) {
          $0.contains("/prediction/") ? prediction : labelMap([1, 1])
        }
      }
      #expect(error.description.contains("/prediction/case_00.nii.gz"))
      #expect(error.description.contains("/reference/case_00.nii.gz"))
    }
    let rounded = try evaluator.evaluate(folder.folders) {
      labelMap([1, 1], spacing: $0.contains("/prediction/") ? 1.00001 : 1)
    }
    #expect(rounded.foregroundMean(.dice) == 1)
  }

  @Test func unreadableFileIsNamedOnce() throws {
    struct Cause: Error, CustomStringConvertible {
      let description: String
    }
    let folder = try CaseFolder()
    let error = try #require(throws: EvaluationError.self) {
      try OverlapEvaluator(structures: [.label(1)]).evaluate(folder.folders) {
        throw Cause(description: "\($0): truncated")
      }
    }
    #expect(error.description == folder.path + "/reference/case_00.nii.gz: truncated")
  }

  @Test func cohortsByHand() {
    func item(_ name: String, _ tp: Int, _ fp: Int) -> CaseOverlap {
      CaseOverlap(
        name: name, referenceFile: "", predictionFile: "",
        counts: [
          ConfusionCounts(
            truePositives: tp, falsePositives: fp, falseNegatives: 0, trueNegatives: 0)
        ])
    }
    // Dice: 1, 0.5, undefined, 0.8.
    let summary = EvaluationSummary(
      structures: [.label(2)],
      cases: [item("a", 1, 0), item("b", 1, 2), item("c", 0, 0), item("d", 2, 1)])
    let table = CohortTable(summary, cohorts: ["a": "one", "b": "one", "c": "one", "d": "two"])
    #expect(table.rows.map(\.cohort) == ["one", "two", CohortTable.allCases])
    #expect(table.rows[0].cases == 3)
    #expect(table.rows[0].definedCases == 2)
    #expect(table.rows[0].dice.mean == 0.75)
    #expect(abs(table.rows[0].dice.standardDeviation - 0.353553390593274) < 1e-15)
    #expect(table.rows[1].dice.standardDeviation.isNaN)
    #expect(
      table.textTable(names: [.label(2): "tumour"]) == """
        Cohort  Structure  Cases  Dice             IoU
        one     tumour     2/3    0.7500 ± 0.3536  0.6667 ± 0.4714
        two     tumour     1      0.8000 ± -       0.6667 ± -
        all     tumour     3/4    0.7667 ± 0.2517  0.6667 ± 0.3333

        """)
    #expect(CohortTable(summary).rows.count == 1)
  }
}

/// A temporary folder with the names of the fixture's cases; the label maps come from the fixture.
private final class CaseFolder: Sendable {
  let path: String
  private let folder: TemporaryFolder
  private let maps: SafetensorsFile

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path
    maps = try SafetensorsFile(contentsOf: fixture("label_maps.safetensors"))
    for name in ["reference", "prediction"] { mkdir(path + "/" + name, 0o755) }
    for name in maps.names { try writeAtomically("", to: path + "/" + name) }
  }

  var folders: EvaluationFolders {
    EvaluationFolders(reference: path + "/reference", prediction: path + "/prediction")
  }

  func labelMap(_ file: String) throws -> LabelMap {
    let name = relative(file, to: path)
    let shape = try maps.tensor(named: name).shape
    return LabelMap(
      labels: try maps.bytes(name).map { UInt16($0) },
      geometry: Geometry(extent: Extent(x: shape[2], y: shape[1], z: shape[0])))
  }
}

private func relative(_ text: String, to folder: String) -> String {
  text.replacing(folder + "/", with: "")
}

func text(of path: String) throws -> String {
  let file = try #require(fopen(path, "rb"))
  defer { fclose(file) }
  var bytes = [UInt8](repeating: 0, count: 1 << 16)
  let count = fread(&bytes, 1, bytes.count, file)
  return String(decoding: bytes[..<count], as: UTF8.self)
}

func fixture(_ name: String, file: String = #filePath) -> String {
  file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    .joined(separator: "/") + "/Fixtures/" + name
}

import Evaluation
import FileOutput
import Glibc
import JSONDocuments
import RegionsOfInterest
import TestSupport
import Testing
import Volumes

/// Surfaces and lesions from label maps to tables.
@Suite struct ShapeEvaluationTests {
  /// Cropping to the structure must not change anything; the ignored voxels belong to nothing.
  @Test func scoresEqualThoseOfWholeMasks() throws {
    let (reference, prediction) = blocks()
    var evaluator = OverlapEvaluator(
      structures: [.label(1), .region([1, 2]), .label(7)], ignoreLabel: 9)
    evaluator.surface = SurfaceSettings(tolerance: 1)
    evaluator.lesion = LesionSettings()
    let item = try #require(try summary(evaluator, reference, prediction).cases.first)
    for (index, labels) in [[1], [1, 2]].enumerated() {
      var masks = (
        reference.mask(of: labels.map { UInt16($0) }),
        prediction.mask(of: labels.map { UInt16($0) })
      )
      for (voxel, label) in reference.labels.enumerated() where label == 9 {
        masks.0.voxels[voxel] = false
        masks.1.voxels[voxel] = false
      }
      let distances = SurfaceDistances(reference: masks.0, prediction: masks.1)
      #expect(
        item.surfaces[index] == SurfaceScores(distances, settings: SurfaceSettings(tolerance: 1)))
      #expect(
        item.lesions[index] == LesionCounts(reference: masks.0, prediction: masks.1))
      #expect(item.surfaces[index].hausdorff95 > 0)
    }
    #expect(item.surfaces[2].hausdorff95.isNaN)
    #expect(item.lesions[2].f1.isNaN)
  }

  @Test func summaryKeepsItsMembersAndGainsOthers() throws {
    let (reference, prediction) = blocks()
    var evaluator = OverlapEvaluator(structures: [.label(1), .label(3)])
    let plain = try summary(evaluator, reference, prediction).json
    evaluator.surface = SurfaceSettings()
    evaluator.lesion = LesionSettings()
    let extended = try summary(evaluator, reference, prediction).json
    let metrics = try #require(extended["metric_per_case"]?.array?[0]["metrics"]?["1"]?.object)
    for (name, value) in plain["metric_per_case"]?.array?[0]["metrics"]?["1"]?.object?.members ?? []
    {
      #expect(metrics[name] == value)
    }
    #expect(metrics["hd95_mm"]?.double ?? 0 > 0)
    #expect(metrics["lesion_tp"]?.int == 1)
    #expect(extended["mean"]?["1"]?["hd95_mm"] == metrics["hd95_mm"])
    #expect(extended["mean"]?["3"]?["hd95_mm_infinite_cases"] == 1)
    #expect(extended["mean"]?["3"]?["nsd_infinite_cases"] == nil)
    #expect(extended["foreground_mean"] == plain["foreground_mean"])
    #expect(
      extended["metric_per_case"]?.array?[0]["metrics"]?["3"]?["assd_mm"] == .number(.infinity))
  }

  /// With room for one case at a time the scores are the same; with less there are none.
  @Test func memoryIsBounded() throws {
    let (reference, prediction) = blocks()
    var evaluator = OverlapEvaluator(structures: [.label(1), .region([1, 2])])
    evaluator.surface = SurfaceSettings()
    evaluator.lesion = LesionSettings()
    let names = (0..<6).map { "case_\($0).nii.gz" }
    let expected = try summary(evaluator, reference, prediction, names)
    evaluator.shapeMemory = 1000
    let error = try #require(throws: EvaluationError.self) {
      try summary(evaluator, reference, prediction, names)
    }
    guard case .memory(let path, let structure, let needed, 1000) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(path.hasSuffix("/prediction/case_0.nii.gz") && structure == "1")
    #expect(error.description.hasPrefix("\(path): surfaces and lesions of 1 need"))
    #expect(!error.description.contains("\n"))
    // The second structure needs no more than twice as much.
    evaluator.shapeMemory = 2 * needed
    #expect(
      try summary(evaluator, reference, prediction, names).cases.map(\.surfaces)
        == expected.cases.map(\.surfaces))
  }

  @Test func tablesByHand() throws {
    // 3 and 2 voxels of 2 mm³; HD95 2 mm along x.
    var reference = LabelMap(
      labels: [1, 1, 1, 0, 0, 0],
      geometry: Geometry(extent: Extent(x: 6, y: 1, z: 1), spacing: Vector3(2, 1, 1)))
    var prediction = reference
    prediction.labels = [1, 1, 0, 0, 0, 2]
    var evaluator = OverlapEvaluator(structures: [.label(1), .label(2)])
    evaluator.surface = SurfaceSettings(tolerance: 2)
    evaluator.lesion = LesionSettings()
    var scores = try summary(evaluator, reference, prediction)
    let lines = scores.caseTable(names: [.label(1): "a \"b\", c"], cohorts: ["case": "one"])
      .split(separator: "\n").map(String.init)
    #expect(
      lines[0]
        == "case,cohort,structure,name,dice,iou,hd95_mm,assd_mm,nsd,volume_difference_ml,"
        + "volume_difference_percent,lesion_f1,lesion_sensitivity,lesion_precision,"
        + "tp,fp,fn,tn,reference_ml,prediction_ml,lesion_tp,lesion_fp,lesion_fn")
    #expect(lines[1].hasPrefix("case,one,1,\"a \"\"b\"\", c\",0.8,0.6666666666666666,2.0,"))
    #expect(lines[1].hasSuffix(",1.0,1.0,1.0,2,0,1,3,0.006,0.004,1,0,0"))
    #expect(
      lines[2] == "case,one,2,2,0.0,0.0,inf,inf,0.0,0.002,inf,0.0,,0.0,0,1,0,5,0.0,0.002,0,1,0")

    let table = CohortTable(scores)
    #expect(table.textTable().hasPrefix("Cohort  Structure  Cases  Dice"))
    #expect(table.textTable().contains("Lesions TP/FP/FN\n"))
    #expect(table.textTable().contains("Volume difference ml"))
    #expect(
      !CohortTable(try summary(OverlapEvaluator(structures: [.label(1)]), reference, prediction))
        .textTable().contains("ml"))
    #expect(table.textTable(detail: .intervals).contains("0.8000 ± - [-, -]"))
    #expect(table.textTable().contains("- ± - (1 ∞)"))
    #expect(
      table.scoreTable().contains("\nall,2,2,1,hd95_mm,,,inf,,,0,1\n"))
    let nothing = try summary(OverlapEvaluator(structures: []), reference, prediction)
    #expect(nothing.caseTable().hasPrefix("case,cohort,structure,name,tp,"))
    reference.labels = prediction.labels
    scores = try summary(evaluator, reference, prediction)
    #expect(CohortTable(scores).rows[1].lesions?.truePositives == 1)
  }

  /// Two structures, touching, with noise; the third is only predicted.
  private func blocks() -> (LabelMap, LabelMap) {
    let geometry = Geometry(extent: Extent(x: 12, y: 10, z: 8), spacing: Vector3(1, 1.5, 2))
    var reference = LabelMap(
      labels: Array(repeating: 0, count: geometry.extent.count), geometry: geometry)
    var prediction = reference
    for z in 0..<8 {
      for y in 0..<10 {
        for x in 0..<12 {
          if (3..<7).contains(x), (2..<6).contains(y), z < 5 { reference[x, y, z] = 1 }
          if (7..<9).contains(x), (2..<6).contains(y), z < 5 { reference[x, y, z] = 2 }
          if y == 5, z == 4 { reference[x, y, z] = 9 }
          if (4..<8).contains(x), (1..<6).contains(y), z < 6 { prediction[x, y, z] = 1 }
          if (8..<9).contains(x), (2..<7).contains(y), z < 5 { prediction[x, y, z] = 2 }
        }
      }
    }
    prediction[11, 9, 7] = 3
    return (reference, prediction)
  }

  private func summary(
    _ evaluator: OverlapEvaluator, _ reference: LabelMap, _ prediction: LabelMap,
    _ names: [String] = ["case.nii.gz"]
  ) throws -> EvaluationSummary {
    let folder = try CaseFolder(names: names)
    return try evaluator.evaluate(folder.folders) {
      $0.contains("/prediction/") ? prediction : reference
    }
  }
}

/// Two folders of empty files.
private final class CaseFolder {
  private let folder: TemporaryFolder

  init(names: [String]) throws {
    folder = try TemporaryFolder()
    for part in ["reference", "prediction"] {
      mkdir("\(folder.path)/\(part)", 0o755)
      for name in names { try writeAtomically("", to: "\(folder.path)/\(part)/\(name)") }
    }
  }

  var folders: EvaluationFolders {
    EvaluationFolders(
      reference: folder.path + "/reference", prediction: folder.path + "/prediction")
  }
}

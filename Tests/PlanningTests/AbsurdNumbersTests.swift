import Datasets
import JSONDocuments
import Planning
import TestSupport
import Testing

/// A number in a file that makes no sense ends in a line that names file and field, or is harmless;
/// it never ends the program.
@Suite struct AbsurdNumbersTests {
  private let folder = Cohort.fixtures + "/liver_ct"

  private func description() throws -> DatasetDescription {
    try DatasetDescription(contentsOf: folder + "/dataset.json")
  }

  /// Whether the error is one line with the file and the name of the field.
  private func expectNamed(_ error: any Error, _ variant: AbsurdDocument, by names: [String]) {
    let text = "\(error)"
    #expect(
      text.hasPrefix("f.json: ") && !text.contains("\n"), "\(variant.field): \(text)")
    #expect(
      names.contains { text.contains("\"\($0)") || text.contains(".\($0)") },
      "\(variant.field) = \(variant.number): \(text)")
  }

  @Test func presets() throws {
    let fingerprint = try Fingerprint(contentsOf: folder + "/dataset_fingerprint.json")
    let preset = try JSONValue(contentsOf: Cohort.presetFolder + "/default.json")
    let variants = AbsurdDocument.variants(of: preset)
    try #require(variants.count > 150)
    var refused = 0
    for variant in variants {
      do {
        let preset = try PlannerPreset(variant.document, from: "f.json")
        let plan = try Planner(preset: preset).plan(
          for: fingerprint, description: try description(), name: "liver")
        // What is planned can be read again.
        _ = try SegmentationPlan(plan.document, from: "plans.json")
      } catch {
        refused += 1
        expectNamed(error, variant, by: [String(variant.field.split(separator: ".")[0])])
      }
    }
    #expect(refused > 100)
  }

  @Test func fingerprints() throws {
    let document: JSONValue = [
      "foreground_intensity_properties_per_channel": [
        "0": [
          "max": 3, "mean": 1.5, "median": 1.5, "min": 0, "percentile_00_5": 0.1,
          "percentile_99_5": 2.9, "std": 1,
        ]
      ],
      "median_relative_size_after_cropping": 1.0,
      "shapes_after_crop": [[100, 200, 210], [110, 190, 205], [90, 180, 200]],
      "spacings": [[2.5, 0.7, 0.7], [3.0, 0.8, 0.8], [2.0, 0.75, 0.75]],
    ]
    var refused = 0
    for variant in AbsurdDocument.variants(of: document) {
      do {
        let fingerprint = try Fingerprint(variant.document, from: "f.json")
        let plan = try Planner().plan(
          for: fingerprint, description: try description(), name: "liver")
        let low = variant.field.hasPrefix("foreground")
        if low {
          // Intensities that are not finite do not matter unless the normalisation needs them.
          _ = try? SegmentationPlan(plan.document, from: "plans.json")
        } else {
          _ = try SegmentationPlan(plan.document, from: "plans.json")
        }
      } catch {
        refused += 1
        expectNamed(error, variant, by: variant.field.split(separator: ".").map(String.init))
      }
    }
    #expect(refused > 100)
  }

  @Test func plans() throws {
    let document = try JSONValue(contentsOf: folder + "/plans_default.json")
    let variants = AbsurdDocument.variants(of: document)
      .filter { $0.field.contains("3d_lowres") || $0.field.contains("foreground") }
    try #require(variants.count > 500)
    var refused = 0
    for variant in variants {
      do {
        let plan = try SegmentationPlan(variant.document, from: "f.json")
        let low = try plan.configuration("3d_lowres")
        #expect(low.architecture.featureMapElements(patch: low.patchSize, classes: 3) > 0)
      } catch {
        refused += 1
        // A patch is named where a stride does not divide it.
        expectNamed(
          error, variant, by: variant.field.split(separator: ".").map(String.init) + ["patch_size"])
      }
    }
    #expect(refused > 300)
  }

  @Test func statisticsThatCTNeedsAreChecked() throws {
    let document = try JSONValue(contentsOf: folder + "/plans_default.json")
    let variant = try #require(
      AbsurdDocument.variants(of: document).first {
        $0.field == "foreground_intensity_properties_per_channel.0.percentile_99_5"
          && $0.number == .number(-1e300)
      })
    let error = #expect(throws: PlanningError.self) {
      try SegmentationPlan(variant.document, from: "f.json")
    }
    #expect(
      error?.description
        == #"f.json: field "foreground_intensity_properties_per_channel.0.percentile_99_5": expected "#
        + "a finite number that CTNormalization can use, found -1e+300")
  }

  /// Extremes that are still accepted one by one do not overflow together.
  @Test func farApartSpacingsAreRefusedByThePlanner() throws {
    let statistics = IntensityStatistics(
      mean: 1, median: 1, standardDeviation: 1, range: 0...2, percentiles: 0...2)
    func plan(_ spacing: [Double], _ shape: [Int]) throws -> SegmentationPlan {
      var preset = PlannerPreset.default
      preset.targetMemory = 1e6
      preset.referenceCost = .init(two: 1 << 50, three: 1 << 50)
      preset.firstFeatures = 65536
      preset.mostFeatures = .init(two: 65536, three: 65536)
      preset.encoderDepths = [256]
      preset.decoderDepths = [256]
      return try Planner(preset: preset, targetSpacing: nil).plan(
        for: Fingerprint(
          shapesAfterCrop: [shape], spacings: [spacing], foregroundIntensities: [statistics],
          medianRelativeSizeAfterCropping: 1),
        description: try description(), name: "far")
    }
    let most = 1 << 20
    for spacing in [[1e-6, 1e9, 1e9], [1e-6, 1e-6, 1e9], [1, 1, 1], [1e9, 1, 1e-6]] {
      let plan = try plan(spacing, [most, most, most])
      let patch = try plan.configuration("3d_fullres").patchSize
      #expect(patch.allSatisfy { $0 >= 1 }, "\(patch)")
    }
    // The tenth percentile of the spacing along the coarse axis is far below most cases'.
    let coarse = [1e-3, 1e-3] + Array(repeating: 1e9, count: 9)
    #expect(
      throws: PlanningError.implausibleShape(
        name: "x", spacing: [1 + 1e-5, 1, 1], shape: [(1e10 / (1 + 1e-5)).rounded(), 100, 100],
        most: most)
    ) {
      try Planner().plan(
        for: Fingerprint(
          shapesAfterCrop: coarse.map { _ in [10, 100, 100] }, spacings: coarse.map { [$0, 1, 1] },
          foregroundIntensities: [statistics], medianRelativeSizeAfterCropping: 1),
        description: try description(), name: "x")
    }
  }
}

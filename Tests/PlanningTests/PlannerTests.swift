import Datasets
import JSONDocuments
import Planning
import TestSupport
import Testing

@Suite struct PlannerTests {
  static let cohorts = [
    "brats", "cardiac_cine", "endometrium_mr", "heart_mr", "hippocampus", "liver_ct", "masked_ct",
    "prostate_mr", "tiny_isotropic",
  ]

  @Test(arguments: ["liver_ct", "masked_ct", "prostate_mr", "tiny_isotropic", "total_ct"])
  func defaultPlanEqualsCommittedReference(cohort: String) throws {
    #expect(try Cohort.fixture(cohort).differences(preset: "default") == [])
  }

  @Test(arguments: ["resenc-m", "resenc-l", "resenc-xl"])
  func residualPlanEqualsCommittedReference(preset: String) throws {
    #expect(try Cohort.fixture("liver_ct").differences(preset: preset) == [])
  }

  @Test(.enabled(if: ReferenceData.isAvailable), arguments: cohorts)
  func defaultPlanEqualsReference(cohort: String) throws {
    #expect(try Cohort.reference(cohort).differences(preset: "default") == [])
  }

  @Test(
    .enabled(if: ReferenceData.isAvailable), arguments: cohorts.filter { $0 != "hippocampus" },
    ["resenc-m", "resenc-l", "resenc-xl"])
  func residualPlanEqualsReference(cohort: String, preset: String) throws {
    #expect(try Cohort.reference(cohort).differences(preset: preset) == [])
  }

  /// Every preset and cohort, so that none is left out unnoticed: 33 references and three fixtures.
  @Test(.enabled(if: ReferenceData.isAvailable)) func everyPresetOfEveryCohortIsCompared() throws {
    var (compared, configurations) = (0, 0)
    for cohort in Self.cohorts.map(Cohort.reference) {
      let others = (try? PlannedOption.all(of: cohort.name)) ?? []
      for preset in PlannerPreset.names {
        let expected =
          (try? cohort.expected(preset))
          ?? others.first { $0.preset == preset && $0.memory == nil && $0.spacing == nil }?.plans
        let plan = try cohort.plan(preset: preset, like: try #require(expected))
        #expect(
          TestSupport.differences(plan.document, try #require(expected), tolerance: 1e-12) == [])
        compared += 1
        configurations += plan.configurationNames.count
      }
    }
    #expect(compared == 36 && configurations == 80)
  }

  // The comparison of the tests above must be able to fail.
  @Test func otherPlansDiffer() throws {
    let cohort = Cohort.fixture("liver_ct")
    let other = TestSupport.differences(
      try cohort.plan(preset: "resenc-m").document, try cohort.plan(preset: "resenc-l").document,
      tolerance: 1e-6)
    #expect(other.contains { $0.hasPrefix("$.configurations.3d_lowres.patch_size[0]: ") })
  }

  /// With 117 structures the logits take memory that patches of three do not need.
  @Test func manyStructuresMakeSmallerSteps() throws {
    let folder = Cohort.fixtures + "/total_ct"
    let fingerprint = try Fingerprint(contentsOf: folder + "/dataset_fingerprint.json")
    let many = try DatasetDescription(contentsOf: folder + "/dataset.json")
    #expect(many.labels.heads.count == 118)
    let few = DatasetDescription(
      channelNames: ["CT"], labels: try description().labels, numTraining: 1200,
      fileEnding: ".nii.gz")
    let voxels = try [many, few].map { description in
      let full = try Planner().plan(for: fingerprint, description: description, name: "total")
        .configuration("3d_fullres")
      return full.patchSize.reduce(full.batchSize, *)
    }
    #expect(voxels[0] < voxels[1])
  }

  private func description(_ labels: Int = 3) throws -> DatasetDescription {
    let structures = (0..<labels).map {
      LabelSet.Structure(name: $0 == 0 ? "background" : "label\($0)", labels: [$0])
    }
    return DatasetDescription(
      channelNames: ["MRI"], labels: try LabelSet(structures: structures), numTraining: 20,
      fileEnding: ".nii.gz")
  }

  private func fingerprint(_ shapes: [[Int]], _ spacings: [[Double]]) -> Fingerprint {
    let statistics = IntensityStatistics(
      mean: 1, median: 1, standardDeviation: 1, range: 0...2, percentiles: 0...2)
    return Fingerprint(
      shapesAfterCrop: shapes, spacings: spacings, foregroundIntensities: [statistics],
      medianRelativeSizeAfterCropping: 1)
  }

  @Test func singleSlicesGetNo3DConfiguration() throws {
    let plan = try Planner().plan(
      for: fingerprint([[1, 512, 512], [1, 500, 512]], [[999, 1, 1], [999, 1, 1]]),
      description: try description(), name: "slices")
    #expect(plan.configurationNames == ["2d"])
    #expect(plan.transposeForward == [0, 1, 2])
    #expect(try plan.configuration("2d").patchSize == [512, 512])
  }

  @Test func coarsestAxisComesFirst() throws {
    let plan = try Planner().plan(
      for: fingerprint([[200, 40, 200]], [[1, 5, 1]]), description: try description(),
      name: "coronal")
    #expect(plan.transposeForward == [1, 0, 2])
    #expect(plan.transposeBackward == [1, 0, 2])
    #expect(try plan.configuration("3d_fullres").spacing == [5, 1, 1])
    #expect(try plan.configuration("3d_fullres").medianShape == [40, 200, 200])
  }

  @Test func memoryDecidesThePatch() throws {
    let print = fingerprint([[300, 300, 300]], [[1, 1, 1]])
    func patch(_ memory: Double) throws -> Int {
      var preset = PlannerPreset.default
      preset.targetMemory = memory
      let plan = try Planner(preset: preset).plan(
        for: print, description: try description(), name: "cube")
      return try plan.configuration("3d_fullres").patchSize.reduce(1, *)
    }
    let sizes = try [4.0, 8, 16, 32].map(patch)
    #expect(sizes == sizes.sorted() && Set(sizes).count == 4)
    // Far too little memory ends with a small patch instead of looping for ever.
    #expect(try patch(0.000_001) >= 1)
  }

  @Test func fingerprintOfAnotherDatasetIsRefused() throws {
    let two = DatasetDescription(
      channelNames: ["T1", "T2"], labels: try description().labels, numTraining: 1,
      fileEnding: ".nii")
    #expect(
      throws: PlanningError.otherDataset(name: "x", channels: 2, fingerprintChannels: 1)
    ) {
      try Planner().plan(
        for: fingerprint([[9, 9, 9]], [[1, 1, 1]]), description: two, name: "x")
    }
  }

  @Test func givenSpacingReplacesTheMedian() throws {
    let plan = try Planner(targetSpacing: [2, 2, 2]).plan(
      for: fingerprint([[200, 200, 200]], [[1, 1, 1]]), description: try description(), name: "x")
    #expect(try plan.configuration("3d_fullres").spacing == [2, 2, 2])
    #expect(try plan.configuration("3d_fullres").medianShape == [100, 100, 100])
  }
}

import Datasets
import JSONDocuments
import Planning
import TestSupport
import Testing

@Suite struct PlanningOptionsTests {
  /// `-gpu_memory_target` and `-overwrite_target_spacing` of nnU-Net 2.8.1.
  @Test(arguments: ["liver_ct", "prostate_mr"])
  func memoryAndSpacingPlanAsTheReference(cohort: String) throws {
    let options = try PlannedOption.all(of: cohort)
    #expect(options.count == 7)
    for option in options {
      let plan = try Cohort.fixture(cohort).plan(
        preset: option.preset, like: option.plans, memory: option.memory, spacing: option.spacing)
      #expect(
        differences(plan.document, option.plans, tolerance: 1e-12) == [],
        "\(option.testDescription)")
    }
    // Every option plans something else, or the comparison would show nothing.
    #expect(Set(options.map { $0.plans.text(.compact) }).count == 7)
  }

  @Test func coarsestGivenSpacingComesFirst() throws {
    let option = try #require(
      try PlannedOption.all(of: "liver_ct").first { $0.spacing == [1, 1, 4.5] })
    #expect(option.plans["transpose_forward"]?.ints == [2, 0, 1])
  }

  @Test(arguments: [[1e-9, 1, 1], [1, 1, 1e9]])
  func absurdSpacingsAreRefused(spacing: [Double]) throws {
    let option = try #require(try PlannedOption.all(of: "liver_ct").first)
    let error = #expect(throws: PlanningError.self) {
      try Cohort.fixture("liver_ct").plan(
        preset: "default", like: option.plans, spacing: spacing)
    }
    #expect(error?.description.contains("(z, y, x) the median case would have") == true)
  }
}

import Datasets
import JSONDocuments
import Planning
import Testing

@Suite struct MovedPlanTests {
  private func description(_ channels: [String]) throws -> DatasetDescription {
    DatasetDescription(
      channelNames: channels,
      labels: try LabelSet(structures: [
        .init(name: "background", labels: [0]), .init(name: "a", labels: [1]),
      ]), numTraining: 3, fileEnding: ".nii")
  }

  /// As nnU-Net's `move_plans_between_datasets`: names and reader change, and nothing else.
  @Test func onlyNamesChange() throws {
    let path = Cohort.fixtures + "/liver_ct/plans_resenc_m.json"
    let plan = try SegmentationPlan(contentsOf: path)
    var expected = try #require(plan.document.object)
    expected["dataset_name"] = "Dataset009_Other"
    expected["image_reader_writer"] = "NibabelIO"
    #expect(
      try plan.moved(to: description(["CT"]), ofDataset: "Dataset009_Other").document
        == .object(expected))

    let renamed = try plan.moved(
      to: description(["CT"]), ofDataset: "Dataset009_Other", named: "Mine")
    #expect(renamed.plansName == "Mine")
    let identifiers = renamed.configurationNames.map {
      renamed.document["configurations"]?[$0]?["data_identifier"]?.string
    }
    // The residual presets share data with the default plans, whose name is no prefix of their own.
    #expect(
      identifiers == [
        "Mine_nnUNetPlans_2d", "Mine_3d_lowres", "Mine_nnUNetPlans_3d_fullres", nil,
      ])
    for name in plan.configurationNames {
      var configuration = try renamed.configuration(name)
      configuration.dataIdentifier = try plan.configuration(name).dataIdentifier
      #expect(try configuration == plan.configuration(name))
    }
  }

  @Test func otherChannelsAreRefused() throws {
    let path = Cohort.fixtures + "/liver_ct/plans_default.json"
    let plan = try SegmentationPlan(contentsOf: path)
    let error = #expect(throws: PlanningError.self) {
      try plan.moved(to: description(["T1", "T2"]), ofDataset: "Dataset009_Other")
    }
    #expect(
      error?.description
        == #"\#(path): field "foreground_intensity_properties_per_channel": "#
        + "expected 2 channels, as Dataset009_Other has, found 1")
  }
}

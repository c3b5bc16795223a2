import FileOutput
import JSONDocuments
import Planning
import TestSupport
import Testing

@Suite struct SegmentationPlanTests {
  private let path = Cohort.fixtures + "/liver_ct/plans_default.json"

  /// The committed plan with one field replaced, or removed if `value` is nil.
  private func plan(_ field: String, _ value: JSONValue?) throws -> JSONValue {
    func replace(_ object: JSONValue, _ names: ArraySlice<String>) throws -> JSONValue {
      let name = try #require(names.first)
      var members = try #require(object.object)
      let rest = names.dropFirst()
      members[name] = rest.isEmpty ? value : try replace(try #require(members[name]), rest)
      return .object(members)
    }
    let names = field.split(separator: "/").map(String.init)
    return try replace(try JSONValue(contentsOf: path), names[...])
  }

  @Test func fieldsOfAConfiguration() throws {
    let plan = try SegmentationPlan(contentsOf: path)
    #expect(
      plan.configurationNames == ["2d", "3d_lowres", "3d_fullres", "3d_cascade_fullres"])
    let low = try plan.configuration("3d_lowres")
    #expect(low.patchSize == [128, 128, 128] && low.batchSize == 2)
    #expect(low.medianShape == [176, 212, 206])
    #expect(low.normalizationSchemes == [.ct] && low.usesMaskForNormalization == [false])
    #expect(low.imageResampling == .image && low.labelResampling == .labels)
    #expect(low.probabilityResampling == .probabilities)
    #expect(low.nextStages == ["3d_cascade_fullres"] && low.previousStage == nil)
    #expect(low.architecture.kind == .plain && low.architecture.stages == 6)
    #expect(low.architecture.features == [32, 64, 128, 256, 320, 320])
    #expect(!low.usesBatchDice)
    #expect(plan.foregroundIntensities[0].highPercentile == 400)
    #expect(try plan.configuration("2d").dimensions == 2)
  }

  @Test func inheritanceIsResolved() throws {
    let plan = try SegmentationPlan(contentsOf: path)
    var full = try plan.configuration("3d_fullres")
    full.previousStage = "3d_lowres"
    #expect(try plan.configuration("3d_cascade_fullres") == full)
    let unknown = #expect(throws: PlanningError.self) { try plan.configuration("4d") }
    #expect(
      unknown?.description == "\(path): holds no configuration \"4d\"; "
        + "choose one of 2d, 3d_lowres, 3d_fullres, 3d_cascade_fullres")
  }

  @Test func plannedEqualsReadBack() throws {
    let cohort = Cohort.fixture("liver_ct")
    let planned = try cohort.plan(preset: "default")
    let folder = try TemporaryFolder()
    try planned.write(to: folder.path + "/plans.json")
    let read = try SegmentationPlan(contentsOf: folder.path + "/plans.json")
    #expect(read.document == planned.document)
    for name in planned.configurationNames {
      #expect(try read.configuration(name) == planned.configuration(name))
    }
    #expect(read.transposeBackward == planned.transposeBackward)
    #expect(read.foregroundIntensities == planned.foregroundIntensities)
  }

  @Test func unknownFieldsSurvive() throws {
    let document = try plan("configurations/3d_fullres/my_field", ["a": 1])
    let folder = try TemporaryFolder()
    try SegmentationPlan(document, from: "p").write(to: folder.path + "/plans.json")
    #expect(try JSONValue(contentsOf: folder.path + "/plans.json") == document)
  }

  @Test(
    arguments: [
      ("plans_name", nil, #"p.json: the field "plans_name" is missing"#),
      (
        "configurations/3d_lowres/patch_size", [128, 128, 100],
        #"p.json: field "configurations.3d_lowres.patch_size": expected multiples of the strides' "#
          + "products [32, 32, 32], found [128, 128, 100]"
      ),
      (
        "configurations/2d/spacing", [1.0, "x"],
        #"p.json: field "configurations.2d.spacing": expected a list of 2 numbers from 1e-06 to "#
          + #"1000000000.0, found [1.0, "x"]"#
      ),
      (
        "configurations/2d/architecture/arch_kwargs/strides", [[1, 1]],
        #"p.json: field "configurations.2d.architecture.arch_kwargs.strides": expected "#
          + "a list of 8 lists of 2 whole numbers of at least 1, found a list of 1"
      ),
      (
        "configurations/2d/normalization_schemes", ["MyNorm"],
        #"p.json: field "configurations.2d.normalization_schemes[0]": MyNorm is not supported; "#
          + "use CTNormalization, ZScoreNormalization, NoNormalization, RescaleTo01Normalization, "
          + "RGBTo01Normalization"
      ),
      (
        "configurations/2d/use_mask_for_norm", [0],
        #"p.json: field "configurations.2d.use_mask_for_norm": expected a list of 1 times true or "#
          + "false, found [0]"
      ),
      (
        "configurations/3d_cascade_fullres/inherits_from", "3d_cascade_fullres",
        "p.json: configurations inherit from one another in a circle: 3d_cascade_fullres -> "
          + "3d_cascade_fullres"
      ),
      (
        "configurations/3d_cascade_fullres/inherits_from", "x",
        #"p.json: field "configurations.3d_cascade_fullres.inherits_from": expected one of 2d, "#
          + "3d_lowres, 3d_fullres, 3d_cascade_fullres, found x"
      ),
      (
        "transpose_backward", [1, 0, 2],
        #"p.json: field "transpose_backward": expected the inverse of [0, 1, 2], found [1, 0, 2]"#
      ),
      (
        "configurations/2d/architecture/arch_kwargs/nonlin", "torch.nn.ReLU",
        #"p.json: field "configurations.2d.architecture.arch_kwargs.nonlin": torch.nn.ReLU is not "#
          + "supported; use torch.nn.LeakyReLU"
      ),
    ] as [(String, JSONValue?, String)])
  func wrongFieldsAreNamed(field: String, value: JSONValue?, message: String) throws {
    let document = try plan(field, value)
    let error = #expect(throws: PlanningError.self) {
      try SegmentationPlan(document, from: "p.json")
    }
    #expect(error?.description == message)
  }

  /// Numbers that would overflow, or that this program would silently not heed.
  @Test(
    arguments: [
      ("patch_size", [2_097_152, 2_097_152, 2_097_152]), ("batch_size", 1_099_511_627_776),
      (
        "architecture/arch_kwargs/features_per_stage",
        [1_099_511_627_776, 64, 128, 256, 320, 320]
      ),
      (
        "architecture/arch_kwargs/strides",
        [
          [1, 1, 1], [8192, 1, 1], [8192, 1, 1], [8192, 1, 1], [8192, 1, 1], [8192, 1, 1],
        ]
      ),
      ("architecture/arch_kwargs/norm_op_kwargs/affine", false),
    ] as [(String, JSONValue)])
  func impossibleNumbersAreRefused(field: String, value: JSONValue) throws {
    let document = try plan("configurations/3d_fullres/" + field, value)
    #expect(throws: PlanningError.self) { try SegmentationPlan(document, from: "plans.json") }
  }

  @Test func networksOfEarlierPlansAreUnderstood() throws {
    let expected = try SegmentationPlan(contentsOf: path).configuration("3d_lowres")
    let old = try JSONValue(contentsOf: path)
    var configuration = try #require(old["configurations"]?["3d_lowres"]?.object)
    let arguments = try #require(configuration["architecture"]?["arch_kwargs"])
    configuration["architecture"] = nil
    configuration["UNet_class_name"] = "PlainConvUNet"
    configuration["UNet_base_num_features"] = 32
    configuration["unet_max_num_features"] = 320
    configuration["n_conv_per_stage_encoder"] = arguments["n_conv_per_stage"]
    configuration["n_conv_per_stage_decoder"] = arguments["n_conv_per_stage_decoder"]
    configuration["num_pool_per_axis"] = [5, 5, 5]
    configuration["conv_kernel_sizes"] = arguments["kernel_sizes"]
    configuration["pool_op_kernel_sizes"] = arguments["strides"]
    let document = try plan("configurations/3d_lowres", .object(configuration))
    let read = try SegmentationPlan(document, from: "p.json")
    #expect(try read.configuration("3d_lowres") == expected)
    #expect(read.document == document)
  }

  @Test func configurationsOfTheUserSurviveReplanning() throws {
    let custom: JSONValue = ["inherits_from": "3d_fullres", "batch_size": 5]
    let older = try SegmentationPlan(
      try plan("configurations/mine", custom), from: "plans.json")
    let merged = try SegmentationPlan(contentsOf: path).keepingConfigurations(of: older)
    #expect(merged.configurationNames.last == "mine")
    #expect(try merged.configuration("mine").batchSize == 5)
    #expect(try merged.configuration("3d_fullres").batchSize == 2)
  }
}

@Suite struct PlannerPresetTests {
  @Test func everyEmbeddedPresetIsRead() throws {
    #expect(PlannerPreset.names == ["default", "resenc-m", "resenc-l", "resenc-xl"])
    #expect(
      try PlannerPreset.names.map { try PlannerPreset(named: $0).plansName } == [
        "nnUNetPlans", "nnUNetResEncUNetMPlans", "nnUNetResEncUNetLPlans",
        "nnUNetResEncUNetXLPlans",
      ])
    #expect(PlannerPreset.resencXL.targetMemory == 40)
  }

  @Test func unknownNamesAndFieldsAreNamed() throws {
    let unknown = #expect(throws: PlanningError.self) { try PlannerPreset(named: "big") }
    #expect(
      unknown?.description
        == "there is no planner preset \"big\"; "
        + "choose one of default, resenc-m, resenc-l, resenc-xl"
    )
    let folder = try TemporaryFolder()
    let path = folder.path + "/mine.json"
    try writeAtomically(#"{"plans_name": "a", "planner_name": 3}"#, to: path)
    #expect(
      throws: PlanningError.wrongField(
        file: path, field: "planner_name", expected: "text", found: "3")
    ) { try PlannerPreset(contentsOf: path) }
  }
}

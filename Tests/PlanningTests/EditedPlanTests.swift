import JSONDocuments
import Planning
import TestSupport
import Testing

/// Plans as a person edits them: what is right is heeded, what is wrong is named.
@Suite struct EditedPlanTests {
  private static let plan = Cohort.fixtures + "/liver_ct/plans_default.json"

  /// The committed plan with one field replaced, removed (nil) or added.
  private func edited(_ field: String, _ value: JSONValue?) throws -> JSONValue {
    func replace(_ object: JSONValue, _ names: ArraySlice<String>) throws -> JSONValue {
      let name = try #require(names.first)
      var members = try #require(object.object)
      let rest = names.dropFirst()
      members[name] = rest.isEmpty ? value : try replace(try #require(members[name]), rest)
      return .object(members)
    }
    return try replace(
      try JSONValue(contentsOf: Self.plan), field.split(separator: "/").map(String.init)[...])
  }

  /// A field, what a user wrote there, and the end of the line that answers.
  struct Mistake: Sendable, CustomTestStringConvertible {
    let field: String
    let value: JSONValue?
    let answer: String

    init(_ field: String, _ value: JSONValue?, _ answer: String) {
      self.field = field
      self.value = value
      self.answer = answer
    }

    var testDescription: String { "\(field) \(value?.text(.compact) ?? "removed")" }
  }

  static let network = "configurations/3d_lowres/architecture/arch_kwargs/"
  static let six = "a list of 6 lists of 3 whole numbers of at least 1"

  static let mistakes: [Mistake] = [
    Mistake(
      "image_reader_writer", "NibabelIOWithReorient",
      #"field "image_reader_writer": NibabelIOWithReorient is not supported; "#
        + "use SimpleITKIO, NibabelIO, NaturalImage2DIO, Tiff3DIO"),
    Mistake(
      "label_manager", "MyLabels",
      #"field "label_manager": MyLabels is not supported; use LabelManager"#),
    Mistake(
      "configurations", [:],
      #"field "configurations": expected at least one configuration, found {}"#),
    Mistake(
      "configurations/..", ["inherits_from": "2d"],
      #"field "configurations": expected names without / that do not begin with a point, found "..""#
    ),
    Mistake(
      "configurations/2d/preprocessor_name", "Mine",
      #"field "configurations.2d.preprocessor_name": Mine is not supported; use DefaultPreprocessor"#
    ),
    Mistake(
      "configurations/2d/batch_size", 0,
      #"field "configurations.2d.batch_size": expected a whole number from 1 to 16777216, found 0"#),
    Mistake(
      "configurations/2d/spacing", [-0.8, 0.8],
      #"field "configurations.2d.spacing": expected a list of 2 numbers from 1e-06 to "#
        + "1000000000.0, found [-0.8, 0.8]"
    ),
    Mistake(
      "configurations/3d_lowres/patch_size", [128, 128, 130],
      #"field "configurations.3d_lowres.patch_size": expected multiples of the strides' products "#
        + "[32, 32, 32], found [128, 128, 130]"),
    Mistake(
      "configurations/3d_lowres/resampling_fn_data", "my_resampling",
      #"field "configurations.3d_lowres.resampling_fn_data": my_resampling is not supported; "#
        + "use resample_data_or_seg_to_shape"),
    Mistake(
      "configurations/3d_lowres/resampling_fn_seg_kwargs/order", 9,
      #"field "configurations.3d_lowres.resampling_fn_seg_kwargs.order": "#
        + "expected a whole number from 0 to 5, found 9"),
    Mistake(
      network + "strides",
      [[1, 1, 1], [2, 2, 2], [2, 2, 2], [2, 2, 2], [2, 2, 2]],
      #"field "configurations.3d_lowres.architecture.arch_kwargs.strides": expected "# + six
        + ", found a list of 5"),
    Mistake(
      network + "kernel_sizes",
      [[3, 3, 3], [3, 3, 3], [3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3]],
      #"field "configurations.3d_lowres.architecture.arch_kwargs.kernel_sizes[2]": expected "#
        + "a list of 3 whole numbers of at least 1, found [3, 3]"),
    Mistake(
      network + "features_per_stage", [32, 16, 8, 4, 2, 0],
      #"field "configurations.3d_lowres.architecture.arch_kwargs.features_per_stage": expected "#
        + "a list of 6 whole numbers of at least 1, found [32, 16, 8, 4, 2, 0]"),
    Mistake(
      network + "n_conv_per_stage_decoder", [2, 2],
      #"field "configurations.3d_lowres.architecture.arch_kwargs.n_conv_per_stage_decoder": "#
        + "expected a list of 5 whole numbers of at least 1, found [2, 2]"),
    Mistake(
      network + "stochastic_depth_p", 0.2,
      #"field "configurations.3d_lowres.architecture.arch_kwargs.stochastic_depth_p": 0.2 is not "#
        + "supported; use null, or remove the field"),
    Mistake(
      network + "nonlin_kwargs", ["negative_slope": 0.2],
      #"field "configurations.3d_lowres.architecture.arch_kwargs.nonlin_kwargs.negative_slope": "#
        + "0.2 is not supported; use 0.01"),
    Mistake(
      network + "norm_op_kwargs", ["eps": 1e-5, "affine": true, "track_running_stats": true],
      #"field "configurations.3d_lowres.architecture.arch_kwargs.norm_op_kwargs."#
        + #"track_running_stats": true is not supported; use null, or remove the field"#),
    Mistake(
      "configurations/3d_cascade_fullres/previous_stage", "3d_low",
      #"field "configurations.3d_cascade_fullres.previous_stage": expected another configuration, "#
        + "one of 2d, 3d_lowres, 3d_fullres, found 3d_low"),
    Mistake(
      "configurations/3d_lowres/next_stage", "3d_lowres",
      #"field "configurations.3d_lowres.next_stage": expected another configuration, "#
        + "one of 2d, 3d_fullres, 3d_cascade_fullres, found 3d_lowres"),
    Mistake(
      "configurations/3d_lowres/previous_stage", "3d_cascade_fullres",
      #"field "configurations.3d_lowres.previous_stage": expected stages that end, "#
        + "found 3d_lowres -> 3d_cascade_fullres -> 3d_lowres"),
    Mistake(
      "configurations/2d/inherits_from", "3d_cascade_fullres/x",
      #"field "configurations.2d.inherits_from": expected one of 2d, 3d_lowres, 3d_fullres, "#
        + "3d_cascade_fullres, found 3d_cascade_fullres/x"),
    Mistake(
      "transpose_forward", [0, 1, 1],
      #"field "transpose_forward": expected an order of the axes 0, 1, 2, found [0, 1, 1]"#),
    Mistake(
      "foreground_intensity_properties_per_channel/0/std", "wide",
      #"field "foreground_intensity_properties_per_channel.0.std": expected a number, found "wide""#
    ),
  ]

  @Test(arguments: mistakes) func aMistakeIsNamed(mistake: Mistake) throws {
    let document = try edited(mistake.field, mistake.value)
    let error = #expect(throws: PlanningError.self) {
      try SegmentationPlan(document, from: "p.json")
    }
    #expect(error?.description == "p.json: " + mistake.answer)
  }

  @Test(arguments: ["3d_fullres", "2d"]) func everyFieldIsRequired(name: String) throws {
    let whole = try JSONValue(contentsOf: Self.plan)
    let fields = try #require(whole["configurations"]?[name]?.object).names
    // Whoever wrote a plan by hand may leave out what there is only one of.
    for field in fields where field != "preprocessor_name" {
      let document = try edited("configurations/\(name)/\(field)", nil)
      let error = #expect(throws: PlanningError.self, "\(field)") {
        try SegmentationPlan(document, from: "p.json")
      }
      #expect(
        error?.description.hasPrefix("p.json: the field \"configurations.\(name).\(field)") == true,
        "\(field)")
    }
  }

  @Test func noPlanHasThousandsOfConfigurations() throws {
    var configurations: JSONObject = [:]
    for number in 0...1000 {
      configurations["c\(number)"] = ["inherits_from": .string("c\(number + 1)")]
    }
    let document = try edited("configurations", .object(configurations))
    let error = #expect(throws: PlanningError.self) {
      try SegmentationPlan(document, from: "p.json")
    }
    #expect(
      error?.description
        == #"p.json: field "configurations": expected at most 1000 configurations, found 1001"#)
  }

  @Test func editsAreHeeded() throws {
    let mine: JSONValue = [
      "inherits_from": "3d_fullres", "batch_size": 5, "spacing": [2, 1.5, 1.5],
      "normalization_schemes": ["RescaleTo01Normalization"],
      "resampling_fn_data_kwargs": [
        "is_seg": false, "order": 1, "order_z": 1, "force_separate_z": true,
      ],
    ]
    let plan = try SegmentationPlan(try edited("configurations/mine", mine), from: "p.json")
    var expected = try plan.configuration("3d_fullres")
    expected.batchSize = 5
    expected.spacing = [2, 1.5, 1.5]
    expected.normalizationSchemes = [.rescaleTo01]
    expected.imageResampling = ResamplingSettings(
      isLabels: false, order: 1, coarseOrder: 1, separateAxis: .always)
    #expect(try plan.configuration("mine") == expected)
  }

  /// The networks' constructors take one number for all stages or axes, and so do plans.
  @Test func oneNumberStandsForAll() throws {
    let expected = try SegmentationPlan(contentsOf: Self.plan).configuration("3d_lowres")
    for (field, value) in [
      ("n_conv_per_stage", 2), ("n_conv_per_stage_decoder", 2),
      ("kernel_sizes", [3, 3, 3, [3, 3, 3], 3, 3]), ("strides", [1, 2, 2, 2, [2, 2, 2], 2]),
    ] as [(String, JSONValue)] {
      let plan = try SegmentationPlan(try edited(Self.network + field, value), from: "p.json")
      #expect(try plan.configuration("3d_lowres") == expected)
    }
  }

  @Test(
    arguments: [
      ("plans_name", "a/b", "expected a name without / that does not begin with a point"),
      ("lowres_threshold", 1.5, "expected a number from 0.0 to 1.0, found 1.5"),
      ("lowres_step", 1, "expected a number from 1.001 to 2.0, found 1"),
      ("encoder_depths", [1, 1_000_000_000_000], "expected a list of whole numbers from 1 to 256"),
      ("target_memory_gb", 1e300, "expected a number from 1e-06 to 1000000.0"),
      (
        "network", "SwinUNETR", "SwinUNETR is not supported; use PlainConvUNet, ResidualEncoderUNet"
      ),
      ("first_features", 0, "expected a whole number from 1 to 65536, found 0"),
    ] as [(String, JSONValue, String)])
  func mistakesInPresetsAreNamed(field: String, value: JSONValue, answer: String) throws {
    var preset = try #require(
      try JSONValue(contentsOf: Cohort.fixtures + "/../../../Plans/planner/resenc-m.json").object)
    #expect(throws: Never.self) { try PlannerPreset(.object(preset), from: "mine.json") }
    preset[field] = value
    let error = #expect(throws: PlanningError.self) {
      try PlannerPreset(.object(preset), from: "mine.json")
    }
    #expect(
      error?.description.hasPrefix("mine.json: field \"\(field)\": \(answer)") == true,
      "\(error?.description ?? "")")
  }
}

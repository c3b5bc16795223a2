public import JSONDocuments

/// A plan with one configuration of a very small network, for tests that run networks.
public struct TinyPlan {
  /// Voxels of a patch, two or three numbers.
  public var patch = [16, 16, 16]
  /// Features of each stage; every stage but the first halves the resolution.
  public var features = [8, 16]
  /// Spacing in mm along the axes of the patch.
  public var spacing = [1.0, 1.0, 1.0]
  /// Axis of the image that becomes each axis of the arrays.
  public var transpose = [0, 1, 2]
  /// Number of channels.
  public var channels = 1
  /// Patches of a step.
  public var batchSize = 2
  /// Spacing in mm of the first stage of a cascade, whose second stage has the spacing above; nil for a plan without a cascade.
  public var firstStageSpacing: [Double]?

  /// A plan for isotropic volumes of one channel.
  public init() {}

  /// The name of the configuration.
  public var configuration: String { patch.count == 2 ? "2d" : "3d_fullres" }

  /// The plan as `plans.json` holds it.
  public var document: JSONValue {
    let backward = [0, 1, 2].map { axis in transpose.firstIndex(of: axis) ?? axis }
    var intensities = JSONObject()
    for channel in 0..<channels {
      intensities[String(channel)] = [
        "max": 1.0, "mean": 0.0, "median": 0.0, "min": -1.0, "percentile_00_5": -1.0,
        "percentile_99_5": 1.0, "std": 1.0,
      ]
    }
    var configurations = JSONObject()
    configurations[configuration] = configurationDocument
    if let firstStageSpacing, var first = configurationDocument.object {
      first["data_identifier"] = "nnUNetPlans_3d_lowres"
      first["spacing"] = .array(firstStageSpacing.map { .number($0) })
      first["next_stage"] = "3d_cascade_fullres"
      configurations["3d_lowres"] = .object(first)
      configurations["3d_cascade_fullres"] = [
        "inherits_from": .string(configuration), "previous_stage": "3d_lowres",
      ]
    }
    return [
      "dataset_name": "Dataset001_Tiny", "plans_name": "nnUNetPlans",
      "transpose_forward": list(transpose), "transpose_backward": list(backward),
      "foreground_intensity_properties_per_channel": .object(intensities),
      "configurations": .object(configurations),
    ]
  }

  private var configurationDocument: JSONValue {
    let axes = patch.count
    func everywhere(_ number: Int) -> JSONValue { list(Array(repeating: number, count: axes)) }
    func resampling(_ isLabels: Bool, _ order: Int) -> JSONValue {
      [
        "is_seg": .bool(isLabels), "order": .integer(order), "order_z": 0,
        "force_separate_z": .null,
      ]
    }
    let function: JSONValue = "resample_data_or_seg_to_shape"
    return [
      "data_identifier": "nnUNetPlans", "preprocessor_name": "DefaultPreprocessor",
      "batch_size": .integer(batchSize), "patch_size": list(patch),
      "median_image_size_in_voxels": list(patch),
      "spacing": .array(spacing.map { .number($0) }),
      "normalization_schemes": .array(
        (0..<channels).map { _ in .string("ZScoreNormalization") }),
      "use_mask_for_norm": .array((0..<channels).map { _ in .bool(false) }),
      "resampling_fn_data": function, "resampling_fn_seg": function,
      "resampling_fn_probabilities": function,
      "resampling_fn_data_kwargs": resampling(false, 3),
      "resampling_fn_seg_kwargs": resampling(true, 1),
      "resampling_fn_probabilities_kwargs": resampling(false, 1),
      "architecture": [
        "network_class_name": "dynamic_network_architectures.architectures.unet.PlainConvUNet",
        "arch_kwargs": [
          "n_stages": .integer(features.count), "features_per_stage": list(features),
          "conv_op": .string("torch.nn.modules.conv.Conv\(axes)d"),
          "kernel_sizes": .array(features.map { _ in everywhere(3) }),
          "strides": .array(features.indices.map { everywhere($0 == 0 ? 1 : 2) }),
          "n_conv_per_stage": list(features.map { _ in 1 }),
          "n_conv_per_stage_decoder": list(features.dropFirst().map { _ in 1 }),
          "conv_bias": true,
          "norm_op": .string("torch.nn.modules.instancenorm.InstanceNorm\(axes)d"),
          "norm_op_kwargs": ["eps": 1e-05, "affine": true],
          "dropout_op": .null, "dropout_op_kwargs": .null, "nonlin": "torch.nn.LeakyReLU",
          "nonlin_kwargs": ["inplace": true],
        ],
        "_kw_requires_import": ["conv_op", "norm_op", "dropout_op", "nonlin"],
      ],
      "batch_dice": false,
    ]
  }

  private func list(_ numbers: [Int]) -> JSONValue { .array(numbers.map { .integer($0) }) }
}

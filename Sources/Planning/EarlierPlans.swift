import JSONDocuments

/// Plans of nnU-Net 2.0 to 2.3, whose configurations describe the network in fields of their own.
enum EarlierPlans {
  /// The configuration with its network under `architecture`; as it is if it has one, or no earlier
  /// fields.
  ///
  /// - Source: nnU-Net 2.8.1's `plans_handler.py`.
  static func converted(_ configuration: JSONObject) -> JSONObject {
    guard configuration["architecture"] == nil,
      let name = configuration["UNet_class_name"]?.string,
      let depths = configuration["n_conv_per_stage_encoder"]?.array,
      let first = configuration["UNet_base_num_features"]?.int, first > 0,
      let most = configuration["unet_max_num_features"]?.int,
      let dimensions = configuration["patch_size"]?.array?.count
    else { return configuration }
    let kind = Architecture.Kind.allCases.first { $0.rawValue.hasSuffix("." + name) }
    var arguments: JSONObject = [
      "n_stages": .integer(depths.count),
      "features_per_stage": .array(
        depths.indices.map { .integer($0 < 32 ? min(most, first << $0) : most) }),
      "conv_op": .string("torch.nn.modules.conv.Conv\(dimensions)d"),
    ]
    arguments["kernel_sizes"] = configuration["conv_kernel_sizes"]
    arguments["strides"] = configuration["pool_op_kernel_sizes"]
    arguments[kind == .residualEncoder ? "n_blocks_per_stage" : "n_conv_per_stage"] =
      .array(depths)
    arguments["n_conv_per_stage_decoder"] = configuration["n_conv_per_stage_decoder"]
    arguments["conv_bias"] = true
    arguments["norm_op"] = .string("torch.nn.modules.instancenorm.InstanceNorm\(dimensions)d")
    arguments["norm_op_kwargs"] = ["eps": 1e-5, "affine": true]
    arguments["dropout_op"] = .null
    arguments["nonlin"] = "torch.nn.LeakyReLU"
    var result = configuration
    result["architecture"] = [
      "network_class_name": .string(kind?.rawValue ?? name), "arch_kwargs": .object(arguments),
    ]
    return result
  }
}

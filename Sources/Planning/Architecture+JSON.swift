import JSONDocuments

extension Architecture {
  /// Reads `{network_class_name, arch_kwargs, _kw_requires_import}`.
  init(_ fields: FieldReader, dimensions: Int) throws(PlanningError) {
    let kind = try fields.choice("network_class_name", Kind.self)
    let arguments = try fields.object("arch_kwargs")
    let stages = try arguments.int("n_stages", atLeast: 1)
    try Self.require(
      ["torch.nn.modules.conv.Conv\(dimensions)d", "torch.nn.Conv\(dimensions)d"], "conv_op",
      in: arguments)
    try Self.require(
      [
        "torch.nn.modules.instancenorm.InstanceNorm\(dimensions)d",
        "torch.nn.InstanceNorm\(dimensions)d",
      ], "norm_op", in: arguments)
    try Self.require(
      ["torch.nn.LeakyReLU", "torch.nn.modules.activation.LeakyReLU"], "nonlin", in: arguments)
    if let dropout = arguments.object["dropout_op"], dropout != .null {
      throw .unsupported(
        file: arguments.file, field: arguments.prefix + "dropout_op", supported: "null",
        found: FieldReader.excerpt(dropout))
    }
    try Self.refuseOthers(in: arguments, than: Self.known + [Self.depthField(kind)])
    try Self.refuseOthers(
      in: arguments, "nonlin_kwargs", than: ["inplace", "negative_slope"])
    try Self.refuseOthers(in: arguments, "norm_op_kwargs", than: ["eps", "affine"])
    if let slope = arguments.object["nonlin_kwargs"]?["negative_slope"], slope.double != 0.01 {
      throw .unsupported(
        file: arguments.file, field: arguments.prefix + "nonlin_kwargs.negative_slope",
        supported: "0.01", found: FieldReader.excerpt(slope))
    }
    let normalization = try arguments.object("norm_op_kwargs")
    guard try normalization.bool("affine") else {
      throw .unsupported(
        file: normalization.file, field: normalization.prefix + "affine", supported: "true",
        found: "false")
    }
    let strides = try arguments.table("strides", rows: stages, columns: dimensions)
    guard strides[0].allSatisfy({ $0 == 1 }) else {
      throw .unsupported(
        file: arguments.file, field: arguments.prefix + "strides[0]", supported: "strides of 1",
        found: "\(strides[0])")
    }
    let kernels = try arguments.table("kernel_sizes", rows: stages, columns: dimensions)
    guard kernels.allSatisfy({ $0.allSatisfy { $0 % 2 == 1 } }) else {
      throw .unsupported(
        file: arguments.file, field: arguments.prefix + "kernel_sizes", supported: "odd sizes",
        found: "\(kernels)")
    }
    self.init(
      kind: kind, features: try arguments.countsOrOne("features_per_stage", stages),
      kernelSizes: kernels, strides: strides,
      depths: (
        try arguments.countsOrOne(Self.depthField(kind), stages),
        try arguments.countsOrOne("n_conv_per_stage_decoder", stages - 1)
      ),
      options: (
        try arguments.bool("conv_bias"), try normalization.positive("eps"), true
      ))
    try checkLimits(arguments)
  }

  /// Refuses numbers so large that sizes computed from them would overflow.
  private func checkLimits(_ arguments: FieldReader) throws(PlanningError) {
    let stride = (0..<dimensions).map { axis in strides.reduce(1.0) { $0 * Double($1[axis]) } }
    for (field, largest, limit) in [
      ("n_stages", Double(stages), 32), ("strides", stride.max() ?? 1, 0x1p30),
      ("kernel_sizes", Double(kernelSizes.joined().max() ?? 1), 64),
      ("features_per_stage", Double(features.max() ?? 1), 65536),
      (Self.depthField(kind), Double(encoderDepths.max() ?? 1), 256),
      ("n_conv_per_stage_decoder", Double(decoderDepths.max() ?? 1), 256),
    ] where largest > limit {
      throw .wrongField(
        file: arguments.file, field: arguments.prefix + field, expected: "at most \(Int(limit))",
        found: largest < 0x1p53 ? "\(Int(largest))" : "\(largest)")
    }
  }

  private static func depthField(_ kind: Kind) -> String {
    kind == .plain ? "n_conv_per_stage" : "n_blocks_per_stage"
  }

  /// The arguments of every kind of network.
  private static let known = [
    "n_stages", "features_per_stage", "conv_op", "kernel_sizes", "strides",
    "n_conv_per_stage_decoder", "conv_bias", "norm_op", "norm_op_kwargs", "dropout_op",
    "dropout_op_kwargs", "nonlin", "nonlin_kwargs", "deep_supervision",
  ]

  /// Refuses an argument of nnU-Net's that would make another network, unless it is off.
  private static func refuseOthers(
    in arguments: FieldReader, _ field: String? = nil, than known: [String]
  ) throws(PlanningError) {
    var fields = arguments
    if let field {
      guard let value = arguments.object[field], value != .null else { return }
      fields = try arguments.object(field)
    }
    for (name, value) in fields.object.members
    where !known.contains(name) && value != .null && value != false && value.double != 0 {
      throw .unsupported(
        file: fields.file, field: fields.prefix + name, supported: "null, or remove the field",
        found: FieldReader.excerpt(value))
    }
  }

  private static func require(
    _ names: [String], _ field: String, in fields: FieldReader
  ) throws(PlanningError) {
    let found = try fields.string(field)
    guard names.contains(found) else {
      throw .unsupported(
        file: fields.file, field: fields.prefix + field, supported: names[0], found: found)
    }
  }

  /// The architecture in nnU-Net's form and order.
  var document: JSONValue {
    func list(_ numbers: [Int]) -> JSONValue { .array(numbers.map { .integer($0) }) }
    let arguments: JSONObject = [
      "n_stages": .integer(stages),
      "features_per_stage": list(features),
      "conv_op": .string("torch.nn.modules.conv.Conv\(dimensions)d"),
      "kernel_sizes": .array(kernelSizes.map(list)),
      "strides": .array(strides.map(list)),
      Self.depthField(kind): list(encoderDepths),
      "n_conv_per_stage_decoder": list(decoderDepths),
      "conv_bias": .bool(hasBias),
      "norm_op": .string("torch.nn.modules.instancenorm.InstanceNorm\(dimensions)d"),
      "norm_op_kwargs": [
        "eps": .number(normalizationEpsilon), "affine": .bool(normalizationIsAffine),
      ],
      "dropout_op": .null,
      "dropout_op_kwargs": .null,
      "nonlin": "torch.nn.LeakyReLU",
      "nonlin_kwargs": ["inplace": true],
    ]
    return [
      "network_class_name": .string(kind.rawValue),
      "arch_kwargs": .object(arguments),
      "_kw_requires_import": ["conv_op", "norm_op", "dropout_op", "nonlin"],
    ]
  }
}

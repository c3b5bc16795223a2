import JSONDocuments

extension Configuration {
  /// Reads a configuration whose inheritance has been resolved.
  init(_ fields: FieldReader, channels: Int?) throws(PlanningError) {
    patchSize = try fields.counts("patch_size")
    let axes = patchSize.count
    guard axes == 2 || axes == 3 else {
      throw .wrongField(
        file: fields.file, field: fields.prefix + "patch_size", expected: "2 or 3 numbers",
        found: "\(patchSize)")
    }
    // Beyond any memory, and small enough that no product of sizes overflows.
    guard patchSize.reduce(1.0, { $0 * Double($1) }) <= 0x1p30 else {
      throw .wrongField(
        file: fields.file, field: fields.prefix + "patch_size", expected: "at most 2^30 voxels",
        found: "\(patchSize)")
    }
    try PlanValidation.checkPreprocessor(fields)
    dataIdentifier = try fields.string("data_identifier")
    batchSize = try fields.int("batch_size", in: PlausibleRange.batch)
    medianShape = try fields.numbers(
      "median_image_size_in_voxels", axes, in: PlausibleRange.medianLength)
    spacing = try fields.numbers("spacing", axes, in: PlausibleRange.spacing)
    let schemes = try fields.value("normalization_schemes", "a list of names") { $0.strings }
    normalizationSchemes = []
    for (index, name) in schemes.enumerated() {
      guard let scheme = NormalizationScheme(rawValue: name) else {
        throw .unsupported(
          file: fields.file, field: fields.prefix + "normalization_schemes[\(index)]",
          supported: NormalizationScheme.allCases.map(\.rawValue).joined(separator: ", "),
          found: name)
      }
      normalizationSchemes.append(scheme)
    }
    let count = channels ?? schemes.count
    guard schemes.count == count else {
      throw .wrongField(
        file: fields.file, field: fields.prefix + "normalization_schemes",
        expected: "\(count) entries, one per channel", found: "\(schemes.count)")
    }
    usesMaskForNormalization = try fields.value(
      "use_mask_for_norm", "a list of \(count) times true or false"
    ) { value in
      FieldReader.checked(
        value.array.map { $0.compactMap(\.bool) }, value.array?.count == count ? count : -1
      ) { _ in true }
    }
    imageResampling = try ResamplingSettings(
      fields, function: "resampling_fn_data", arguments: "resampling_fn_data_kwargs")
    labelResampling = try ResamplingSettings(
      fields, function: "resampling_fn_seg", arguments: "resampling_fn_seg_kwargs")
    probabilityResampling = try ResamplingSettings(
      fields, function: "resampling_fn_probabilities",
      arguments: "resampling_fn_probabilities_kwargs")
    architecture = try Architecture(try fields.object("architecture"), dimensions: axes)
    for (axis, divisor) in architecture.divisors.enumerated()
    where patchSize[axis] % divisor != 0 {
      throw .wrongField(
        file: fields.file, field: fields.prefix + "patch_size",
        expected: "multiples of the strides' products \(architecture.divisors)",
        found: "\(patchSize)")
    }
    usesBatchDice = try fields.bool("batch_dice")
    previousStage = try fields.optional("previous_stage", "text") { $0.string }
    nextStages =
      try fields.optional("next_stage", "text or a list of texts") {
        $0.string.map { [$0] } ?? $0.strings
      } ?? []
  }

  /// The configuration in nnU-Net's form and order.
  ///
  /// - Parameter writesWholeMedian: Whether the median shape stands as whole numbers, as nnU-Net
  ///   writes it for `3d_lowres` only.
  /// - Returns: An object without inheritance.
  func document(writesWholeMedian: Bool) -> JSONValue {
    var object: JSONObject = [
      "data_identifier": .string(dataIdentifier),
      "preprocessor_name": "DefaultPreprocessor",
      "batch_size": .integer(batchSize),
      "patch_size": .array(patchSize.map { .integer($0) }),
      "median_image_size_in_voxels": .array(
        medianShape.map { writesWholeMedian ? .integer(Int($0)) : .number($0) }),
      "spacing": .array(spacing.map { .number($0) }),
      "normalization_schemes": .array(normalizationSchemes.map { .string($0.rawValue) }),
      "use_mask_for_norm": .array(usesMaskForNormalization.map { .bool($0) }),
      "resampling_fn_data": .string(ResamplingSettings.functionName),
      "resampling_fn_seg": .string(ResamplingSettings.functionName),
      "resampling_fn_data_kwargs": imageResampling.document,
      "resampling_fn_seg_kwargs": labelResampling.document,
      "resampling_fn_probabilities": .string(ResamplingSettings.functionName),
      "resampling_fn_probabilities_kwargs": probabilityResampling.document,
      "architecture": architecture.document,
      "batch_dice": .bool(usesBatchDice),
    ]
    if let previousStage { object["previous_stage"] = .string(previousStage) }
    if nextStages.count == 1 {
      object["next_stage"] = .string(nextStages[0])
    } else if !nextStages.isEmpty {
      object["next_stage"] = .array(nextStages.map { .string($0) })
    }
    return .object(object)
  }
}

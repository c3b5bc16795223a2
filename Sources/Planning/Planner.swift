public import Datasets
import JSONDocuments

/// Derives resolutions, patch and batch sizes and networks from a dataset's fingerprint.
///
/// - Source: Isensee et al., "nnU-Net", Nature Methods 18, 2021, doi:10.1038/s41592-020-01008-z;
///   nnU-Net 2.8.1's `default_experiment_planner.py` and `residual_encoder_unet_planners.py`.
public struct Planner: Sendable {
  /// The numbers to plan by.
  public var preset: PlannerPreset
  /// Spacing (z, y, x) in mm for full resolution, in place of the one derived from the cases.
  public var targetSpacing: [Double]?

  /// A planner.
  ///
  /// - Parameters:
  ///   - preset: The numbers to plan by.
  ///   - targetSpacing: Three spacings (z, y, x) in mm above 0, or nil to derive them.
  public init(preset: PlannerPreset = .default, targetSpacing: [Double]? = nil) {
    if let targetSpacing {
      precondition(
        targetSpacing.count == 3 && targetSpacing.allSatisfy { $0 > 0 },
        "a target spacing of \(targetSpacing) is not three numbers above 0")
    }
    self.preset = preset
    self.targetSpacing = targetSpacing
  }

  /// Plans for a dataset.
  ///
  /// - Throws: ``PlanningError/otherDataset(name:channels:fingerprintChannels:)``,
  ///   ``PlanningError/unusableSpacing(_:medianShape:)``, or
  ///   ``PlanningError/implausibleShape(name:spacing:shape:most:)``.
  public func plan(
    for fingerprint: Fingerprint, of dataset: Dataset
  ) throws(PlanningError) -> SegmentationPlan {
    try plan(for: fingerprint, description: dataset.description, name: dataset.name)
  }

  /// Plans for a dataset of which only the descriptions are at hand.
  ///
  /// - Parameters:
  ///   - fingerprint: Its fingerprint.
  ///   - description: Its `dataset.json`.
  ///   - name: Its name, to be written into the plan.
  /// - Returns: Configurations `2d`, and for volumes `3d_fullres`; where a patch would see too
  ///   little of a case also `3d_lowres` and `3d_cascade_fullres`.
  /// - Throws: ``PlanningError/otherDataset(name:channels:fingerprintChannels:)``,
  ///   ``PlanningError/unusableSpacing(_:medianShape:)``, or
  ///   ``PlanningError/implausibleShape(name:spacing:shape:most:)``.
  public func plan(
    for fingerprint: Fingerprint, description: DatasetDescription, name: String
  ) throws(PlanningError) -> SegmentationPlan {
    let channels = description.channelNames.count
    guard fingerprint.foregroundIntensities.count == channels else {
      throw .otherDataset(
        name: name, channels: channels,
        fingerprintChannels: fingerprint.foregroundIntensities.count)
    }
    let target = targetSpacing ?? defaultTargetSpacing(fingerprint)
    let coarsest = Self.largestAxis(target)
    let transpose = [coarsest] + (0..<3).filter { $0 != coarsest }
    let spacing = transpose.map { target[$0] }
    let newShapes = zip(fingerprint.spacings, fingerprint.shapesAfterCrop).map { old, shape in
      (0..<3).map { axis in
        (old[axis] / target[axis] * Double(shape[axis])).rounded(.toNearestOrEven)
      }
    }
    let medians = OrderStatistics.medians(newShapes)
    let medianShape = transpose.map { medians[$0] }
    guard targetSpacing == nil || medianShape.allSatisfy({ 1...65536 ~= $0 }) else {
      throw .unusableSpacing(target, medianShape: medians)
    }
    guard medianShape.allSatisfy({ $0 <= PlausibleRange.medianLength.upperBound }) else {
      throw .implausibleShape(
        name: name, spacing: spacing, shape: medianShape,
        most: PlausibleRange.length.upperBound)
    }
    let caseCount = Double(description.numTraining ?? fingerprint.spacings.count)
    let configurator = Configurator(
      preset: preset, description: description,
      usesMask: fingerprint.medianRelativeSizeAfterCropping < 0.75)

    let voxels = medianShape.reduce(1, *) * caseCount
    var planned: [(name: String, configuration: Configuration)] = []
    var flat = configurator.configuration(
      "2d", spacing: Array(spacing[1...]), medianShape: Array(medianShape[1...]), voxels: voxels)
    flat.usesBatchDice = true
    planned.append(("2d", flat))
    // A dataset of single slices has no third axis to plan for.
    if medianShape[0] != 1 {
      var full = configurator.configuration(
        "3d_fullres", spacing: spacing, medianShape: medianShape, voxels: voxels)
      let low = lowResolution(
        below: full, medianShape: medianShape, caseCount: caseCount, configurator: configurator)
      if let low { planned.append(("3d_lowres", low)) }
      full.usesBatchDice = low != nil
      planned.append(("3d_fullres", full))
      if low != nil {
        var cascade = full
        cascade.previousStage = "3d_lowres"
        planned.append(("3d_cascade_fullres", cascade))
      }
    }
    return SegmentationPlan(
      planned: document(
        of: planned, transpose: transpose, fingerprint: fingerprint,
        names: (name, description.imageReaderName)),
      names: (name, preset.plansName), transpose: transpose,
      foregroundIntensities: fingerprint.foregroundIntensities, configurations: planned)
  }

  /// The median spacing; for strongly anisotropic cases with few slices the tenth percentile along
  /// the coarse axis.
  private func defaultTargetSpacing(_ fingerprint: Fingerprint) -> [Double] {
    let spacings = OrderStatistics.columns(fingerprint.spacings)
    let sizes = OrderStatistics.columns(fingerprint.shapesAfterCrop.map { $0.map(Double.init) })
      .map { OrderStatistics.percentile($0, 50) }
    var target = spacings.map { OrderStatistics.percentile($0, 50) }
    let worst = Self.largestAxis(target)
    let others = (0..<3).filter { $0 != worst }
    let finestOther = others.map { target[$0] }.reduce(0, max)
    let shortestOther = others.map { sizes[$0] }.reduce(.infinity, min)
    if target[worst] > preset.anisotropyThreshold * finestOther,
      sizes[worst] * preset.anisotropyThreshold < shortestOther
    {
      let tenth = OrderStatistics.percentile(spacings[worst], 10)
      target[worst] = tenth < finestOther ? finestOther + 1e-5 : tenth
    }
    return target
  }

  /// The resolution at which a patch sees a quarter of the median case, or nil if full resolution
  /// is enough.
  private func lowResolution(
    below full: Configuration, medianShape: [Double], caseCount: Double, configurator: Configurator
  ) -> Configuration? {
    let fullVoxels = medianShape.reduce(1, *)
    var voxels = fullVoxels
    var patchVoxels = full.patchSize.map(Double.init).reduce(1, *)
    var spacing = full.spacing
    var low: Configuration?
    while patchVoxels / voxels < preset.lowresThreshold {
      // Fine axes coarsen alone until they come within a factor of two of the coarsest.
      let coarsest = spacing.reduce(0, max)
      let fine = spacing.map { coarsest / $0 > 2 }
      let grows = fine.contains(true) ? fine : [true, true, true]
      spacing = zip(spacing, grows).map { $1 ? $0 * preset.lowresStep : $0 }
      let shape = (0..<3).map { full.spacing[$0] / spacing[$0] * medianShape[$0] }
      voxels = shape.reduce(1, *)
      let configuration = configurator.configuration(
        "3d_lowres", spacing: spacing,
        medianShape: shape.map { $0.rounded(.toNearestOrEven) }, voxels: voxels * caseCount)
      patchVoxels = configuration.patchSize.map(Double.init).reduce(1, *)
      low = configuration
    }
    guard fullVoxels / voxels >= 2, var low else { return nil }
    low.usesBatchDice = false
    low.nextStages = ["3d_cascade_fullres"]
    return low
  }

  private func document(
    of planned: [(name: String, configuration: Configuration)], transpose: [Int],
    fingerprint: Fingerprint, names: (dataset: String, reader: String)
  ) -> JSONValue {
    var configurations = JSONObject()
    for (name, configuration) in planned {
      configurations[name] =
        name == "3d_cascade_fullres"
        ? ["inherits_from": "3d_fullres", "previous_stage": "3d_lowres"]
        : configuration.document(writesWholeMedian: name == "3d_lowres")
    }
    let spacing = OrderStatistics.medians(fingerprint.spacings)
    let shape = OrderStatistics.medians(fingerprint.shapesAfterCrop.map { $0.map(Double.init) })
    let backward = transpose.indices.map { transpose.firstIndex(of: $0) ?? $0 }
    return [
      "dataset_name": .string(names.dataset),
      "plans_name": .string(preset.plansName),
      "original_median_spacing_after_transp": .array(transpose.map { .number(spacing[$0]) }),
      "original_median_shape_after_transp": .array(
        transpose.map { .integer(Int(shape[$0].rounded(.toNearestOrEven))) }),
      "image_reader_writer": .string(names.reader),
      "transpose_forward": .array(transpose.map { .integer($0) }),
      "transpose_backward": .array(backward.map { .integer($0) }),
      "configurations": .object(configurations),
      "experiment_planner_used": .string(preset.plannerName),
      "label_manager": "LabelManager",
      "foreground_intensity_properties_per_channel": IntensityStatistics.document(
        fingerprint.foregroundIntensities),
    ]
  }

  /// The first axis of the largest number.
  private static func largestAxis(_ numbers: [Double]) -> Int {
    numbers.indices.reduce(0) { numbers[$1] > numbers[$0] ? $1 : $0 }
  }
}

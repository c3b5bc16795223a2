import Parallelism
public import Volumes

extension OverlapEvaluator {
  /// Scores every prediction of a folder against the reference of the same name.
  ///
  /// Cases are read and counted in parallel, as many at a time as there are threads; surfaces and lesions of as many as
  /// fit into free memory.
  ///
  /// - Parameters:
  ///   - folders: Where references and predictions are.
  ///   - read: Reads a label map; it is called from several threads.
  /// - Returns: Counts of every structure in every case, in the order of the names.
  /// - Throws: ``EvaluationError``, of the first case in that order.
  /// - Complexity: Holds two label maps per thread.
  public func evaluate(
    _ folders: EvaluationFolders, reading read: @Sendable (_ path: String) throws -> LabelMap
  ) throws(EvaluationError) -> EvaluationSummary {
    try evaluate(try folders.pairs(), reading: read)
  }

  /// Scores predictions against their references.
  ///
  /// - Parameters:
  ///   - pairs: The files.
  ///   - read: Reads a label map; it is called from several threads.
  ///   - transform: What is done to a prediction before it is scored.
  /// - Returns: Counts of every structure in every case, in the order of the pairs.
  /// - Throws: ``EvaluationError``, of the first case in that order.
  /// - Complexity: Holds two label maps per thread.
  public func evaluate(
    _ pairs: [EvaluationPair], reading read: @Sendable (_ path: String) throws -> LabelMap,
    transforming transform: @Sendable (_ prediction: LabelMap) -> LabelMap = { $0 }
  ) throws(EvaluationError) -> EvaluationSummary {
    let budget = shapeBudget
    var results = [Result<CaseOverlap, EvaluationError>?](repeating: nil, count: pairs.count)
    results.withUnsafeMutableBufferPointer { buffer in
      // Every index writes to its own element.
      nonisolated(unsafe) let buffer = buffer
      parallelFor(pairs.count) { index in
        buffer[index] = Result { () throws(EvaluationError) in
          try evaluate(pairs[index], within: budget, reading: read, transforming: transform)
        }
      }
    }
    var cases: [CaseOverlap] = []
    for result in results {
      if let result { cases.append(try result.get()) }
    }
    return EvaluationSummary(structures: structures, cases: cases)
  }

  private func evaluate(
    _ pair: EvaluationPair, within budget: MemoryBudget,
    reading read: (String) throws -> LabelMap,
    transforming transform: (LabelMap) -> LabelMap
  ) throws(EvaluationError) -> CaseOverlap {
    let reference = try load(pair.reference, read)
    var prediction = try load(pair.prediction, read)
    if let difference = difference(reference.geometry, prediction.geometry) {
      throw .gridMismatch(
        reference: pair.reference, prediction: pair.prediction, difference: difference)
    }
    prediction = transform(prediction)
    var scores = CaseOverlap(
      name: pair.name, referenceFile: pair.reference, predictionFile: pair.prediction,
      counts: counts(reference: reference, prediction: prediction))
    scores.voxelVolume = reference.geometry.voxelVolume
    let shapes = try shapeScores(
      reference: reference, prediction: prediction, counts: scores.counts, within: budget,
      path: pair.prediction)
    (scores.surfaces, scores.lesions) = (shapes.surfaces, shapes.lesions)
    return scores
  }

  private func load(
    _ path: String, _ read: (String) throws -> LabelMap
  ) throws(EvaluationError) -> LabelMap {
    do { return try read(path) } catch { throw .unreadable(path: path, reason: "\(error)") }
  }

  /// How the grids differ, or nil if every voxel lies within a tenth of a voxel of its counterpart.
  ///
  /// Other programs round spacing and direction to single precision; a flip or a shift by a voxel
  /// is far larger.
  private func difference(_ reference: Geometry, _ prediction: Geometry) -> String? {
    guard reference.extent == prediction.extent else {
      return "expected \(reference.extent) voxels, found \(prediction.extent)"
    }
    let largest = reference.cornerDifference(from: prediction)
    let spacing = reference.spacing
    let allowed = 0.1 * min(spacing.x, spacing.y, spacing.z)
    // NaN in a header must not pass for agreement.
    if largest <= allowed { return nil }
    return
      "their corners are up to \(rounded(largest)) mm apart, allowed are \(rounded(allowed)) mm"
  }

  private func rounded(_ millimetres: Double) -> Double {
    millimetres.isFinite ? (millimetres * 1000).rounded() / 1000 : millimetres
  }
}

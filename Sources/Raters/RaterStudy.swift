public import Evaluation
public import RegionsOfInterest
public import Volumes

/// Several raters' masks of the same cases, to be compared.
public struct RaterStudy: Sendable {
  /// One folder of masks per rater, with the same file names.
  public var folders: [String]
  /// The structures.
  public var labels: [LabelMap.Label]
  /// Ending of the masks' names.
  public var fileEnding = ".nii.gz"
  /// What counts as surface, and up to which distance as the same.
  public var surface = SurfaceSettings()
  /// Background that counts for kappa around what any rater marked.
  public var margin: Ball

  /// A study of the given folders and labels, with a margin for kappa.
  public init(folders: [String], labels: [LabelMap.Label], margin: Ball) {
    self.folders = folders
    self.labels = labels
    self.margin = margin
  }

  /// Compares all pairs of raters, and all raters together, case by case.
  ///
  /// - Parameters:
  ///   - read: Reads a label map; called from several threads.
  ///   - progress: Told how many cases are done and how many there are.
  /// - Returns: The agreement.
  /// - Throws: ``RatersError``, of the first case in the order of the names.
  /// - Complexity: Holds the masks of one case at a time.
  public func run(
    reading read: @Sendable (_ path: String) throws -> LabelMap,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(RatersError) -> RaterAgreement {
    guard folders.count > 1 else { throw .tooFewRaters(found: folders.count, needed: 2) }
    var evaluator = OverlapEvaluator(structures: labels.map { .label($0) })
    evaluator.surface = surface
    let cases = try cases()
    let pairs = RaterPair.all(of: folders.count)
    var overlaps = pairs.map { _ in [CaseOverlap]() }
    var agreements = labels.map { _ in [CaseAgreement]() }
    for (number, item) in cases.enumerated() {
      progress(number, cases.count)
      var masks: [String: LabelMap] = [:]
      for path in item.paths {
        do { masks[path] = try read(path) } catch {
          throw .incomparable(.unreadable(path: path, reason: "\(error)"))
        }
      }
      let loaded = masks
      let files = pairs.map { pair in
        EvaluationPair(
          name: item.name, reference: item.paths[pair.first], prediction: item.paths[pair.second])
      }
      let summary: EvaluationSummary
      do throws(EvaluationError) {
        summary = try evaluator.evaluate(files) { path in
          guard let mask = loaded[path] else { throw RatersError.unusableTable(path) }
          return mask
        }
      } catch { throw .incomparable(error) }
      for (index, overlap) in summary.cases.enumerated() { overlaps[index].append(overlap) }
      let votes = try RaterVotes(item.paths.compactMap { masks[$0] })
      for (index, label) in labels.enumerated() {
        agreements[index].append(votes.agreement(on: label, margin: margin))
      }
    }
    return RaterAgreement(
      raters: folders, cases: cases.map(\.name), labels: labels,
      pairs: zip(pairs, overlaps).map { pair, cases in
        RaterAgreement.Pair(
          raters: pair, summary: EvaluationSummary(structures: evaluator.structures, cases: cases))
      }, agreements: agreements)
  }

  /// The cases, each with one path per rater.
  private func cases() throws(RatersError) -> [(name: String, paths: [String])] {
    var cases: [(name: String, paths: [String])] = []
    for folder in folders.dropFirst() {
      let pairs: [EvaluationPair]
      do throws(EvaluationError) {
        pairs = try EvaluationFolders(
          reference: folders[0], prediction: folder, fileEnding: fileEnding
        ).pairs()
      } catch { throw .incomparable(error) }
      if cases.isEmpty { cases = pairs.map { ($0.name, [$0.reference]) } }
      for (index, pair) in pairs.enumerated() { cases[index].paths.append(pair.prediction) }
    }
    return cases
  }
}

/// Two raters by their places.
public struct RaterPair: Hashable, Sendable {
  /// The rater taken as reference.
  public let first: Int
  /// The other one.
  public let second: Int

  /// All pairs of so many raters, in order.
  static func all(of raters: Int) -> [RaterPair] {
    (0..<raters).flatMap { first in
      (first + 1..<raters).map { RaterPair(first: first, second: $0) }
    }
  }
}

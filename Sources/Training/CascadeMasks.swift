import FileOutput
public import Preprocessing

/// The masks that connect the stages of a cascade.
public struct CascadeMasks: Sendable {
  /// The masks of the previous stage; nil for a configuration without one.
  public var previous: PreviousStageStore?
  /// The masks to make for next stages while validation cases are segmented.
  public var next: [NextStageMasks]

  /// The masks around a configuration; without arguments, none.
  public init(previous: PreviousStageStore? = nil, next: [NextStageMasks] = []) {
    self.previous = previous
    self.next = next
  }
}

extension Trainer {
  /// Opens the previous stage's mask of a case and checks that it fits.
  static func openMask(
    of entry: StoredCase, in store: PreviousStageStore
  ) throws(TrainingError) -> PreviousStageMask {
    let mask: PreviousStageMask
    do throws(PreprocessingError) { mask = try store.open(entry.id) } catch {
      throw .preprocessing(error)
    }
    guard mask.shape == entry.shape else {
      throw .preprocessing(
        .invalidCase(
          path: store.path(of: entry.id),
          problem: "it has \(mask.shape) voxels, the case it belongs to \(entry.shape); remove it, "
            + "then run the same command again"))
    }
    return mask
  }
}

extension BatchSource {
  /// A digest of the previous stage's masks of all cases; nil without a previous stage.
  var masksDigest: String? {
    if masks.isEmpty { return nil }
    return contentDigest(
      of: masks.keys.sorted().map { "\($0) \(masks[$0]?.digest ?? "")" }.joined(separator: "\n"))
  }
}

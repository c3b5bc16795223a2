public import RandomNumbers
public import Volumes

/// Chooses the case and the place of every patch of a batch.
///
/// Cases are drawn uniformly with replacement. The last third of a batch is centred on a voxel of a class drawn uniformly among those of
/// the case, so that rare classes are seen; the others lie anywhere such that a final patch covers the border of the case evenly.
///
/// - Source: nnU-Net 2.8.1, doi:10.1038/s41592-020-01008-z.
public struct PatchSampler: Hashable, Sendable {
  /// What a patch has to contain.
  public enum Focus: Hashable, Sendable, Codable {
    /// Anything; with an ignore label, an annotated voxel.
    case anywhere
    /// A voxel of a class drawn among those of the case.
    case foreground
  }

  /// Shape of the region that is cut from a case.
  public let cutShape: Shape3
  /// Shape of the patch that the network sees.
  public let finalShape: Shape3
  /// Patches of a batch.
  public let batchSize: Int
  /// Share of a batch that must contain foreground.
  public let foregroundShare: Double

  /// A sampler for training, which cuts enlarged patches.
  ///
  /// - Parameters:
  ///   - geometry: The plan's patch geometry.
  ///   - batchSize: Patches of a batch, at least 1.
  ///   - foregroundShare: Share of a batch that must contain foreground, 0 ... 1.
  public init(training geometry: PatchGeometry, batchSize: Int, foregroundShare: Double = 0.33) {
    self.init(
      cutShape: geometry.enlargedShape, finalShape: geometry.finalShape, batchSize: batchSize,
      foregroundShare: foregroundShare)
  }

  /// A sampler for validation, which cuts patches of their final shape.
  ///
  /// - Parameters:
  ///   - geometry: The plan's patch geometry.
  ///   - batchSize: Patches of a batch, at least 1.
  ///   - foregroundShare: Share of a batch that must contain foreground, 0 ... 1.
  public init(validation geometry: PatchGeometry, batchSize: Int, foregroundShare: Double = 0.33) {
    self.init(
      cutShape: geometry.finalShape, finalShape: geometry.finalShape, batchSize: batchSize,
      foregroundShare: foregroundShare)
  }

  package init(cutShape: Shape3, finalShape: Shape3, batchSize: Int, foregroundShare: Double) {
    precondition(batchSize >= 1, "a batch of \(batchSize) patches")
    precondition((0...1).contains(foregroundShare), "a foreground share of \(foregroundShare)")
    self.cutShape = cutShape
    self.finalShape = finalShape
    self.batchSize = batchSize
    self.foregroundShare = foregroundShare
  }

  /// What patch `position` of a batch has to contain: the last ones contain foreground.
  ///
  /// The number of the others is rounded half to even: batches of 2, 7 and 12 force 1, 2 and 4 patches.
  public func focus(ofPatch position: Int) -> Focus {
    let free = (Double(batchSize) * (1 - foregroundShare)).rounded(.toNearestOrEven)
    return position < Int(free) ? .anywhere : .foreground
  }

  /// Draws one of `caseCount` cases.
  public func drawCase(of caseCount: Int, from generator: inout SplitMix64) -> Int {
    precondition(caseCount >= 1, "no case to draw a patch from")
    return generator.uniformInteger(in: 0...caseCount - 1)
  }

  /// First indices that a region anywhere in the case may have along each axis.
  ///
  /// The case counts as padded, evenly on both sides, by the difference of cut and final shape, or by more where it would still be
  /// smaller than the region.
  public func startRanges(in caseShape: Shape3) -> [ClosedRange<Int>] {
    (0..<3).map { axis in
      let (length, cut) = (caseShape[axis], cutShape[axis])
      let padding = max(cut - finalShape[axis], cut - length)
      // Shifts round down, also below zero.
      let lower = (-padding) >> 1
      return lower...length + (padding >> 1) + (padding & 1) - cut
    }
  }

  /// Draws where to cut a case.
  ///
  /// A region that must contain a voxel is centred on it and then moved, if it begins before the first allowed index, up to that index;
  /// beyond the far border it may hang over, as the reference's does.
  ///
  /// - Parameters:
  ///   - caseShape: Shape of the case.
  ///   - locations: Where its classes lie.
  ///   - focus: What the region has to contain.
  ///   - generator: Source of randomness.
  /// - Returns: The first voxel of the region, of shape ``cutShape``; it may lie outside the case.
  public func drawStart(
    in caseShape: Shape3, locations: some ClassLocations, focus: Focus,
    from generator: inout SplitMix64
  ) -> VoxelIndex {
    let ranges = startRanges(in: caseShape)
    guard let target = drawTarget(locations, focus, &generator) else {
      var start = VoxelIndex(0, 0, 0)
      for axis in 0..<3 { start[axis] = generator.uniformInteger(in: ranges[axis]) }
      return start
    }
    return Self.start(around: target, cutShape: cutShape, ranges: ranges)
  }

  /// The region centred on `voxel`, moved up to the first allowed indices.
  static func start(
    around voxel: VoxelIndex, cutShape: Shape3, ranges: [ClosedRange<Int>]
  ) -> VoxelIndex {
    var start = voxel
    for axis in 0..<3 {
      start[axis] = max(ranges[axis].lowerBound, voxel[axis] - cutShape[axis] / 2)
    }
    return start
  }

  /// A voxel that the region must contain, or nil if it may lie anywhere.
  private func drawTarget(
    _ locations: some ClassLocations, _ focus: Focus, _ generator: inout SplitMix64
  ) -> VoxelIndex? {
    var candidates: [Int]
    switch focus {
    case .anywhere:
      candidates = locations.annotatedClass.map { [$0] } ?? []
      candidates.removeAll { locations.voxelCount(ofClass: $0) == 0 }
    case .foreground:
      candidates = (0..<locations.classCount).filter { locations.voxelCount(ofClass: $0) > 0 }
      if candidates.count > 1 { candidates.removeAll { $0 == locations.annotatedClass } }
    }
    if candidates.isEmpty { return nil }
    let chosen = candidates[generator.uniformInteger(in: 0...candidates.count - 1)]
    let last = locations.voxelCount(ofClass: chosen) - 1
    return locations.voxel(generator.uniformInteger(in: 0...last), ofClass: chosen)
  }
}

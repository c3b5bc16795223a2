public import RandomNumbers
public import RegionsOfInterest
public import Volumes

extension Mask {
  /// The mask grown or shrunk to a wanted number of voxels: by whole layers over faces, the last one
  /// by voxels chosen at random.
  ///
  /// - Parameters:
  ///   - fraction: Share of its voxels to add; negative, to take away. At least one voxel stays.
  ///   - generator: Chooses the voxels.
  /// - Returns: A mask on the same grid.
  /// - Throws: ``SimulationError/invalidAmount(_:_:_:)``.
  /// - Source: Zwanenburg et al., Sci Rep 9, 2019, doi:10.1038/s41598-018-36938-4.
  public func withVolumeChanged(
    by fraction: Double, using generator: inout SplitMix64
  ) throws(SimulationError) -> Mask {
    guard -1...10 ~= fraction else { throw .invalidAmount("volume change", fraction, -1...10) }
    guard let step = try? Ball(radius: 1, unit: .voxels) else { return self }
    var mask = self
    var count = voxels.count { $0 }
    guard count > 0 else { return self }
    let wanted = max(Int((Double(count) * (1 + fraction)).rounded()), 1)
    while count != wanted {
      let isGrowing = count < wanted
      let next = isGrowing ? mask.dilated(by: step) : mask.eroded(by: step, outside: .background)
      var layer = voxels.indices.filter { next.voxels[$0] != mask.voxels[$0] }
      // A region that fills the grid grows no more.
      if layer.isEmpty { break }
      let missing = abs(wanted - count)
      if layer.count > missing { layer = Array(layer.shuffled(using: &generator).prefix(missing)) }
      for voxel in layer { mask.voxels[voxel] = isGrowing }
      count += isGrowing ? layer.count : -layer.count
    }
    return mask
  }
}

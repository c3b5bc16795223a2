public import Volumes

/// What distances inside a region are measured to.
public enum InnerDistance: Hashable, Sendable, CaseIterable {
  /// The nearest voxel outside: no voxel of the region has distance 0.
  case outside
  /// The nearest voxel of the region that has one outside among its 26 neighbours: such voxels have
  /// distance 0, as in ITK's signed Maurer distance map.
  case border
}

extension Volume<Bool> {
  /// Distance outside of the mask to its nearest voxel, and inside of it, with a minus sign, to the
  /// nearest voxel of the kind wanted; between centres of voxels.
  ///
  /// - Parameter inner: What distances inside are measured to; beyond the grid nothing is known.
  /// - Returns: Millimetres, on the mask's grid; infinite where there is nothing to measure to.
  /// - Complexity: As twice ``distancesToMask``.
  public func signedDistances(to inner: InnerDistance) -> Volume<Double> {
    guard inner == .border else { return signedDistances }
    var result = distancesToMask
    // Of voxels, all 26 neighbours are within the square root of 3.
    guard let step = try? Ball(radius: 1.7320508, unit: .voxels) else { return result }
    let core = eroded(by: step)
    let border = Mask(
      voxels: zip(voxels, core.voxels).map { $0 && !$1 }, geometry: geometry
    ).distancesToMask
    for index in result.voxels.indices where voxels[index] {
      result.voxels[index] = border.voxels[index] == 0 ? 0 : -border.voxels[index]
    }
    return result
  }
}

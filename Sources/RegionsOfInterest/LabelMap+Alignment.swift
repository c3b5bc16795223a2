import Resampling
public import Volumes

extension LabelMap {
  /// The label map on another grid, brought there only where it is needed.
  ///
  /// Where the grids agree to a tenth of a voxel, the labels stay as they are and only take the other
  /// grid's place. Else every voxel takes the label with the largest linearly interpolated share;
  /// outside of this map is background.
  ///
  /// - Parameter grid: The wanted grid.
  /// - Returns: The label map on `grid`, and whether it was resampled.
  /// - Throws: ``RegionError/degenerateGrid(_:)`` or
  ///   ``RegionError/tooLarge(neededBytes:availableBytes:)``.
  public func aligned(
    with grid: Geometry
  ) throws(RegionError) -> (map: LabelMap, isResampled: Bool) {
    guard grid.misalignment(of: geometry) != nil else {
      return (LabelMap(labels: labels, geometry: grid), false)
    }
    do throws(ResamplingError) {
      return (try resampled(onto: grid, interpolation: .largestShare), true)
    } catch {
      if case .tooLarge(let needed, let available) = error {
        throw .tooLarge(neededBytes: needed, availableBytes: available)
      }
      throw .degenerateGrid(error.description)
    }
  }

  /// The voxels that carry a label.
  ///
  /// - Parameter labels: The labels; nil, all but background.
  /// - Returns: A mask on the same grid.
  /// - Throws: ``RegionError/absentLabels(_:)`` for labels that no voxel carries.
  public func region(of labels: [Label]?) throws(RegionError) -> Mask {
    guard let labels else { return Mask(voxels: self.labels.map { $0 != 0 }, geometry: geometry) }
    let present = Set(boxes.keys)
    let absent = labels.filter { !present.contains($0) }
    guard absent.isEmpty else { throw .absentLabels(absent) }
    return mask(of: labels)
  }
}

extension Volume<Bool> {
  /// A label map in which the mask's voxels carry one label.
  public func labelMap(_ label: LabelMap.Label = 1) -> LabelMap {
    LabelMap(labels: voxels.map { $0 ? label : 0 }, geometry: geometry)
  }
}

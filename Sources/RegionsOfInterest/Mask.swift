public import Volumes

/// A region of interest: for every voxel of a grid whether it belongs to it.
public typealias Mask = Volume<Bool>

extension LabelMap {
  /// The voxels that carry any of the given labels.
  ///
  /// - Complexity: O(voxels).
  public func mask(of labels: some Sequence<Label>) -> Mask {
    let members = Set(labels)
    let table = (0...UInt16.max).map { members.contains($0) }
    let voxels = table.withUnsafeBufferPointer { table in
      self.labels.map { table[Int($0)] }
    }
    return Mask(voxels: voxels, geometry: geometry)
  }
}

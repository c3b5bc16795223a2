public import Volumes

/// What is made of two masks.
public enum SetOperation: String, CaseIterable, Sendable {
  /// The voxels of either.
  case union
  /// The voxels of both.
  case intersection
  /// The voxels of the first that the second has not.
  case difference
  /// The voxels of exactly one.
  case exclusiveOr = "xor"
}

extension Volume<Bool> {
  /// The mask joined with another.
  ///
  /// - Parameters:
  ///   - operation: How.
  ///   - other: The second mask, on the same grid.
  /// - Returns: A mask on the same grid.
  /// - Throws: ``RegionError/gridMismatch(_:)``.
  public func combined(
    _ operation: SetOperation, with other: Mask
  ) throws(RegionError) -> Mask {
    if let difference = geometry.misalignment(of: other.geometry) {
      throw .gridMismatch(difference)
    }
    var result = self
    let count = voxels.count
    result.voxels.withUnsafeMutableBufferPointer { a in
      other.voxels.withUnsafeBufferPointer { b in
        switch operation {
        case .union: for index in 0..<count { a[index] = a[index] || b[index] }
        case .intersection: for index in 0..<count { a[index] = a[index] && b[index] }
        case .difference: for index in 0..<count { a[index] = a[index] && !b[index] }
        case .exclusiveOr: for index in 0..<count { a[index] = a[index] != b[index] }
        }
      }
    }
    return result
  }
}

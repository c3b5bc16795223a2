public import Volumes

/// The resolutions at which a U-Net's decoder predicts, and the labels it is compared with there.
public struct DeepSupervision: Hashable, Sendable {
  /// Shape of each level's prediction for one patch, full resolution first.
  public let shapes: [Shape3]

  /// The levels of a network with the given strides.
  ///
  /// The scale of a level is the inverse of the product of all strides up to it; the bottleneck does not predict. Shapes are rounded half
  /// to even.
  ///
  /// - Parameters:
  ///   - patchShape: Shape of the patch; (1, y, x) in a 2-D plan.
  ///   - strides: One list per stage, two or three numbers each, the first stage's included.
  /// - Throws: ``AugmentationError/invalidStrides(_:)`` if a stage has not two or three strides of at least 1.
  public init(patchShape: Shape3, strides: [[Int]]) throws(AugmentationError) {
    var products = [1.0, 1.0, 1.0]
    var shapes: [Shape3] = []
    for stage in strides.dropLast() {
      guard (2...3).contains(stage.count), stage.allSatisfy({ $0 >= 1 }) else {
        throw .invalidStrides(stage)
      }
      let stage = stage.count == 2 ? [1] + stage : stage
      for axis in 0..<3 { products[axis] *= Double(stage[axis]) }
      shapes.append(
        Shape3(
          (0..<3).map { axis in
            let length = Double(patchShape[axis]) * (1 / products[axis])
            return max(1, Int(length.rounded(.toNearestOrEven)))
          }))
    }
    self.shapes = shapes
  }

  /// Labels for every level, full resolution first.
  ///
  /// - Parameter labels: The labels of a patch.
  /// - Returns: One label array per entry of ``shapes``.
  public func targets(for labels: VoxelArray<Int16>) -> [VoxelArray<Int16>] {
    shapes.map { shape in
      if shape == labels.shape { return labels }
      let elements = [Int16](unsafeUninitializedCapacity: shape.count) { buffer, count in
        labels.elements.withUnsafeBufferPointer { source in
          guard let source = source.baseAddress, let target = buffer.baseAddress else { return }
          reduceLabels(source, labels.shape, into: target, shape)
        }
        count = shape.count
      }
      return VoxelArray(shape: shape, elements: elements)
    }
  }
}

/// Labels of a coarser grid over the same region: each the nearest one of the finer grid.
///
/// Voxel i of n takes voxel floor((i + 0.5) m / n) of m, in single precision, along each axis.
///
/// - Parameters:
///   - labels: The finer labels, (z, y, x).
///   - shape: Their shape.
///   - target: Receives the coarser labels; other memory.
///   - targetShape: Their shape.
public func reduceLabels(
  _ labels: UnsafePointer<Int16>, _ shape: Shape3, into target: UnsafeMutablePointer<Int16>,
  _ targetShape: Shape3
) {
  sampleNearest(labels, shape, into: target, targetShape)
}

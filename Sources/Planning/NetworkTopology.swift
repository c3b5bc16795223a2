/// The kernels and strides of a U-Net that pools every axis as long as its extent allows, coarse
/// axes later than fine ones.
///
/// - Source: Isensee et al., "nnU-Net", Nature Methods 18, 2021, doi:10.1038/s41592-020-01008-z;
///   nnU-Net 2.8.1's `network_topology.py`.
public struct NetworkTopology: Sendable, Equatable {
  /// Kernel size of every stage, one number per axis.
  public let kernelSizes: [[Int]]
  /// Stride with which every stage is entered; the first stage's are 1.
  public let strides: [[Int]]
  /// The patch asked for, enlarged to a multiple of the divisors.
  public let patch: [Int]
  /// The product of the strides along every axis.
  public let divisors: [Int]

  /// Finds the topology for a patch.
  ///
  /// A stage halves every axis whose spacing is below twice the finest that can still be halved, as
  /// long as `shortestEdge` voxels remain. A kernel covers an axis with 1 until the axis' spacing
  /// comes below twice the finest of all, and with 3 from then on.
  ///
  /// - Parameters:
  ///   - spacing: Distance of voxels along every axis.
  ///   - patch: Voxels along every axis; a median extent may be fractional.
  ///   - shortestEdge: Voxels that must remain along an axis, 4 in nnU-Net.
  public init(spacing: [Double], patch: [Double], shortestEdge: Int) {
    precondition(
      spacing.count == patch.count, "\(spacing.count) spacings for a patch of \(patch.count) axes")
    let axes = spacing.indices
    let edge = Double(shortestEdge)
    var spacing = spacing
    var size = patch
    var kernel = axes.map { _ in 1 }
    var divisors = axes.map { _ in 1 }
    var kernels: [[Int]] = []
    var strides = [axes.map { _ in 1 }]
    while true {
      let long = axes.filter { size[$0] >= 2 * edge }
      guard let finest = long.map({ spacing[$0] }).min() else { break }
      let pooled = long.filter { spacing[$0] / finest < 2 }
      if pooled.count == 1, size[pooled[0]] < 3 * edge { break }
      // Kernels compare with the finest of all axes, pooling with the finest that can be pooled.
      let finestOfAll = spacing.min() ?? finest
      for axis in axes where spacing[axis] / finestOfAll < 2 { kernel[axis] = 3 }
      for axis in pooled {
        divisors[axis] *= 2
        spacing[axis] *= 2
        size[axis] = (size[axis] / 2).rounded(.up)
      }
      strides.append(axes.map { pooled.contains($0) ? 2 : 1 })
      kernels.append(kernel)
    }
    kernelSizes = kernels + [axes.map { _ in 3 }]
    self.strides = strides
    self.divisors = divisors
    self.patch = axes.map { axis in
      Int((patch[axis] / Double(divisors[axis])).rounded(.up)) * divisors[axis]
    }
  }
}

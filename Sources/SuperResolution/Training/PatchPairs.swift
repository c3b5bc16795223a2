internal import Parallelism
internal import RandomNumbers
package import Volumes

/// Patches of images at high resolution, and what a scanner of lower resolution would have made of them.
struct PatchPairs {
  /// Samples side by side.
  struct Batch {
    let count: Int
    /// The shape of a coarse patch, on the grid that the network works on.
    let coarseShape: Shape3
    /// The shape of a fine patch.
    let fineShape: Shape3
    /// Coarse patches one after another.
    var coarse: [Float] = []
    /// The same, interpolated to the fine grid.
    var interpolated: [Float] = []
    /// The truth.
    var fine: [Float] = []
  }

  /// Intensities between about 0 and 1, each axis a multiple of the network's factor and at least as long as the patch.
  private let images: [VoxelArray<Float>]
  private let settings: UpscalingSettings
  private let seed: UInt64

  /// Coarse voxels around a patch that are degraded with it, so that it does not see where it was cut.
  private static let margin = 8

  /// - Parameters:
  ///   - images: Intensities between about 0 and 1 on fine grids.
  ///   - settings: Patch, factors and degradation.
  ///   - seed: Decides every random choice.
  init(_ images: [VoxelArray<Float>], settings: UpscalingSettings, seed: UInt64) {
    self.settings = settings
    self.seed = seed
    self.images = images.map { image in
      var image = image
      for axis in 0..<3 {
        let factor = settings.networkFactors[axis]
        let whole = image.shape[axis] / factor * factor
        let length = max(settings.patch[axis], whole)
        if length != image.shape[axis] {
          let rows = (0..<length).map { (start: $0, weights: [1.0]) }
          image = AxisOperator(inputLength: image.shape[axis], rows: rows, boundary: .reflection)(
            image, along: axis)
        }
      }
      return image
    }
  }

  /// The samples of a step; equal settings and seeds give equal samples.
  func batch(iteration: Int) -> Batch {
    let samples = parallelMap(settings.batch) { index in
      ThreadBudget.serially { sample(iteration, index) }
    }
    var batch = Batch(
      count: settings.batch, coarseShape: settings.workingShape(of: settings.patch),
      fineShape: settings.patch)
    for sample in samples {
      batch.coarse += sample.coarse
      batch.interpolated += sample.interpolated
      batch.fine += sample.fine
    }
    return batch
  }

  private func sample(
    _ iteration: Int, _ index: Int
  ) -> (coarse: [Float], interpolated: [Float], fine: [Float]) {
    var generator = SplitMix64(seed: seed, stream: iteration, index)
    let image = images[Int.random(in: 0..<images.count, using: &generator)]
    let factors = settings.networkFactors
    let patch = settings.workingShape(of: settings.patch)
    // Where the patch and what is degraded around it begin and end, on the grid that the network works on.
    var (first, from, to) = ([0, 0, 0], [0, 0, 0], [0, 0, 0])
    for axis in 0..<3 {
      let length = image.shape[axis] / factors[axis]
      first[axis] = Int.random(in: 0...length - patch[axis], using: &generator)
      from[axis] = max(0, first[axis] - Self.margin)
      to[axis] = min(length, first[axis] + patch[axis] + Self.margin)
    }
    var region = image.block(
      at: (0..<3).map { from[$0] * factors[$0] },
      shape: Shape3((0..<3).map { (to[$0] - from[$0]) * factors[$0] }))
    let draw = settings.degradation.draw(&generator)
    settings.degradation.changeIntensities(of: &region, draw)
    var coarse = settings.degradation.applied(to: region, sliceWidth: draw.sliceWidth)
    settings.degradation.addNoise(to: &coarse, level: draw.noiseLevel, &generator)
    let interpolated = coarse.interpolated(to: region.shape)
    let working = coarse.interpolated(to: settings.workingShape(of: region.shape))
    let inner = (0..<3).map { first[$0] - from[$0] }
    let innerFine = (0..<3).map { inner[$0] * factors[$0] }
    let flips = (0..<3).map { _ in generator.chance(0.5) }
    return (
      working.block(at: inner, shape: patch).flipped(flips).elements,
      interpolated.block(at: innerFine, shape: settings.patch).flipped(flips).elements,
      region.block(at: innerFine, shape: settings.patch).flipped(flips).elements
    )
  }
}

extension VoxelArray<Float> {
  /// A box of voxels.
  func block(at corner: [Int], shape target: Shape3) -> VoxelArray {
    var result: [Float] = []
    result.reserveCapacity(target.count)
    for z in corner[0]..<corner[0] + target.depth {
      for y in corner[1]..<corner[1] + target.height {
        let start = (z * shape.height + y) * shape.width + corner[2]
        result += elements[start..<start + target.width]
      }
    }
    return VoxelArray(shape: target, elements: result)
  }

  /// The voxels in reverse order along some axes.
  func flipped(_ flips: [Bool]) -> VoxelArray {
    var result = self
    for (axis, flip) in flips.enumerated() where flip {
      let inner = shape.lengths[(axis + 1)...].reduce(1, *)
      let length = shape[axis]
      result.elements = [Float](unsafeUninitializedCapacity: elements.count) { target, count in
        for index in 0..<elements.count {
          let place = index / inner % length
          target[index + (length - 1 - 2 * place) * inner] = result.elements[index]
        }
        count = elements.count
      }
    }
    return result
  }

  /// Cubic B-spline interpolation onto a grid that covers the same space.
  package func interpolated(to target: Shape3) -> VoxelArray {
    var result = self
    for axis in 0..<3 where target[axis] != shape[axis] {
      result = AxisOperator.cubicSpline(shape[axis], to: target[axis])(result, along: axis)
    }
    return result
  }
}

internal import Networks
internal import Parallelism
internal import Tensors
public import Volumes

extension UpscalingModel {
  /// An image of higher resolution, and what is to be kept in mind about it.
  public struct Result: Sendable {
    /// The image, on the finer grid that covers the same space, in the input's units and within its range.
    public var image: Volume<Float>
    /// In what the image is unlike those that the model was trained on, one line each.
    public var concerns: [String]
    /// How well the result, degraded again, is the image it was made of: root of the mean squared difference as a
    /// share of the image's range.
    public var inconsistency: Double
  }

  /// The most coarse voxels, halo included, that go through the network at once.
  public static let tileLimit = 1 << 18

  /// Raises the resolution of an image.
  ///
  /// The network works on tiles with a halo of what lies beside them, so that none has a border; memory is bounded by the result and a
  /// tile.
  ///
  /// - Parameters:
  ///   - image: Intensities without NaN.
  ///   - path: The image's name, for errors.
  ///   - backProjections: How often what the degraded result lacks of the image is interpolated and added to it.
  ///   - tileLimit: The most coarse voxels of a tile with its halo.
  /// - Returns: The image on the finer grid.
  /// - Throws: ``UpscalingError``.
  /// - Source: Irani, Peleg, CVGIP 53, 1991, doi:10.1016/1049-9652(91)90045-L (back-projection).
  public func upscale(
    _ image: Volume<Float>, path: String, backProjections: Int = 0,
    tileLimit: Int = Self.tileLimit
  ) throws(UpscalingError) -> Result {
    try upscale(
      image, onto: settings.fineShape(of: image.extent.shape), path: path,
      backProjections: backProjections, tileLimit: tileLimit)
  }

  /// Raises the resolution of an image to a fine grid of about its factors.
  func upscale(
    _ image: Volume<Float>, onto target: Shape3, path: String, backProjections: Int,
    tileLimit: Int = Self.tileLimit
  ) throws(UpscalingError) -> Result {
    guard image.voxels.allSatisfy(\.isFinite) else {
      throw .image(
        path: path,
        problem: "holds NaN or infinite voxels; replace them by a meaningful value such as 0")
    }
    guard let scale = IntensityScale(image.voxels) else {
      throw .image(
        path: path, problem: "all voxels have the same intensity, there is nothing to see")
    }
    let coarse = VoxelArray(shape: image.extent.shape, elements: scale.normalised(image.voxels))
    let concerns = statistics.concerns(
      spacing: image.geometry.spacing, intensities: coarse.elements,
      factors: settings.factors.reversed())
    var fine = coarse.interpolated(to: target)
    let working = coarse.interpolated(to: settings.workingShape(of: target))
    for tile in UpscalingTile.tiles(
      of: working.shape, halo: Self.halo(of: settings), limit: tileLimit)
    {
      try addResidual(of: tile, from: working, to: &fine)
    }
    device.trimMemory()
    for _ in 0..<backProjections {
      let missing = missing(of: coarse, in: fine).interpolated(to: target)
      fine.replaceElements { $0 + missing.elements[$1] }
    }
    fine.replaceElements { value, _ in scale.intensity(value) }
    let difference = missing(
      of: VoxelArray(shape: coarse.shape, elements: image.voxels), in: fine)
    let squares = difference.elements.reduce(0.0) { $0 + Double($1) * Double($1) }
    let geometry = image.geometry.onGrid(target.extent)
    return Result(
      image: Volume(voxels: fine.elements, geometry: geometry), concerns: concerns,
      inconsistency: (squares / Double(coarse.elements.count)).squareRoot()
        / Double(scale.range.upperBound - scale.range.lowerBound))
  }

  /// What a fine image, made coarse, lacks of the one it was made of.
  private func missing(
    of coarse: VoxelArray<Float>, in fine: VoxelArray<Float>
  ) -> VoxelArray<Float> {
    var result = settings.degradation.applied(to: fine)
    result.replaceElements { coarse.elements[$1] - $0 }
    return result
  }

  /// Coarse voxels around a tile.
  ///
  /// All that a voxel depends on would be more (`reach`), but what lies twelve voxels away changes nothing that could be seen.
  static func halo(of settings: UpscalingSettings) -> Int { min(settings.architecture.reach, 12) }

  /// Lets the network see a tile, and adds what it says to the interpolated image.
  private func addResidual(
    of tile: UpscalingTile, from coarse: VoxelArray<Float>, to fine: inout VoxelArray<Float>
  ) throws(UpscalingError) {
    let input = coarse.block(
      at: tile.outer.map(\.lowerBound), shape: Shape3(tile.outer.map(\.count)))
    let output = generator(
      Tensor(
        input.elements,
        shape: TensorShape(batch: 1, channels: 1, size: Size3(input.shape.lengths)), on: device))
    do throws(TensorError) { try device.throwFailure() } catch { throw .tensors(error) }
    let factors = settings.networkFactors
    let (shape, target) = (output.shape.size, fine.shape)
    let inner = (0..<3).map { axis in
      tile.inner[axis].lowerBound * factors[axis]..<tile.inner[axis].upperBound * factors[axis]
    }
    let start = (0..<3).map { tile.outer[$0].lowerBound * factors[$0] }
    output.withLogits { residuals in
      for z in inner[0] {
        for y in inner[1] {
          let from = ((z - start[0]) * shape.height + y - start[1]) * shape.width - start[2]
          let to = (z * target.height + y) * target.width
          for x in inner[2] { fine.elements[to + x] += residuals[from + x] }
        }
      }
    }
  }
}

extension VoxelArray<Float> {
  /// Replaces every element by what is made of it and its place.
  fileprivate mutating func replaceElements(_ change: @Sendable (Float, Int) -> Float) {
    elements.withUnsafeMutableBufferPointer { voxels in
      nonisolated(unsafe) let voxels = voxels
      parallelForRanges(voxels.count, grain: 1 << 16) { range in
        for index in range { voxels[index] = change(voxels[index], index) }
      }
    }
  }
}

/// A box of voxels that are made at once, and the larger one that they are made of.
package struct UpscalingTile: Equatable {
  /// What is made, along z, y and x.
  package var inner: [Range<Int>]
  /// What it is made of: the same with a halo, within the image.
  package var outer: [Range<Int>]

  /// Tiles that cover an image once.
  ///
  /// - Parameters:
  ///   - shape: The image.
  ///   - halo: Voxels around a tile.
  ///   - limit: The most voxels of a tile with its halo; exceeded only where the halo alone does.
  /// - Returns: The tiles, in the order of memory.
  package static func tiles(of shape: Shape3, halo: Int, limit: Int) -> [UpscalingTile] {
    var parts = [1, 1, 1]
    func length(_ axis: Int, _ parts: Int) -> Int { (shape[axis] + parts - 1) / parts }
    func outer(_ axis: Int, _ parts: [Int]) -> Int {
      min(shape[axis], length(axis, parts[axis]) + (parts[axis] > 1 ? 2 * halo : 0))
    }
    // The longest axis is divided again until a tile is small enough.
    while (0..<3).map({ outer($0, parts) }).reduce(1, *) > limit {
      let axes = (0..<3).filter { length($0, parts[$0]) > max(1, halo) }
      guard let longest = axes.max(by: { length($0, parts[$0]) < length($1, parts[$1]) }) else {
        break
      }
      parts[longest] += 1
    }
    func ranges(_ axis: Int) -> [Range<Int>] {
      let step = length(axis, parts[axis])
      return stride(from: 0, to: shape[axis], by: step).map { $0..<min(shape[axis], $0 + step) }
    }
    return ranges(0).flatMap { z in
      ranges(1).flatMap { y in
        ranges(2).map { x in
          let inner = [z, y, x]
          return UpscalingTile(
            inner: inner,
            outer: (0..<3).map { axis in
              max(
                0, inner[axis].lowerBound - halo)..<min(shape[axis], inner[axis].upperBound + halo)
            })
        }
      }
    }
  }
}

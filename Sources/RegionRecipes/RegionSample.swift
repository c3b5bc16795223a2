public import RegionsOfInterest
import Resampling
public import Volumes

/// What a recipe makes of one region of one case.
public struct RegionSample: Sendable {
  /// The channels, from 0 to 1, in place.
  public let channels: [Volume<Float>]
  /// The region on the same grid.
  public let mask: LabelMap
  /// The box on the recipe's grid; it may go beyond it.
  public let box: VoxelBox
  /// The recipe's grid.
  public let grid: Geometry
  /// Number of the lesion from 1; nil where all are together.
  public let lesion: Int?
  /// Voxels of the region on the recipe's grid.
  public let regionVoxels: Int

  /// Voxels of the box beyond the grid before and after its ends, along x, y, z.
  public var padding: [(before: Int, after: Int)] {
    [(box.x, grid.extent.x), (box.y, grid.extent.y), (box.z, grid.extent.z)].map {
      range, length in
      (max(-range.lowerBound, 0), max(range.upperBound - length, 0))
    }
  }
}

extension RegionRecipe {
  /// Makes the samples of one mask of a case.
  ///
  /// - Parameters:
  ///   - volumes: As many as the recipe has images, in their order.
  ///   - map: The mask, on any grid.
  /// - Returns: One sample, or one per lesion.
  /// - Throws: `RegionError`, in which
  ///   `RegionError.degenerateGrid` stands for what resampling says.
  public func samples(
    of volumes: [Volume<Float>], _ map: LabelMap
  ) throws(RegionError) -> [RegionSample] {
    precondition(volumes.count == images.count, "\(volumes.count) of \(images.count) images")
    let base = volumes[0].geometry
    guard let grid = spacing.map({ base.respaced($0) }) ?? base else {
      throw .degenerateGrid("the grid would have more than 2^40 voxels; choose a larger spacing_mm")
    }
    try checkMemory(voxels: grid.extent, bytesPerVoxel: 8)
    let region = try map.aligned(with: grid).map.region(of: labels)
      .dilated(by: try Ball(radius: dilation))
    guard region.box != nil else { throw .emptyRegion }
    switch lesions {
    case .together: return [try sample(of: volumes, region, on: grid, lesion: nil)]
    case .each:
      let parts = ConnectedComponents(of: region, connectivity: .corners)
      var samples: [RegionSample] = []
      for (rank, number) in parts.numbers(meeting: []).enumerated() {
        let part = parts.mask { $0 == number }
        samples.append(try sample(of: volumes, part, on: grid, lesion: rank + 1))
      }
      return samples
    }
  }

  private func sample(
    of volumes: [Volume<Float>], _ region: Mask, on grid: Geometry, lesion: Int?
  ) throws(RegionError) -> RegionSample {
    guard let box = try crop.box(around: region) else { throw .emptyRegion }
    let part = grid.cropped(to: box)
    var extent = box.extent
    if let size {
      extent = Extent(x: size[0], y: size[1], z: size.count > 2 ? size[2] : extent.z)
    }
    var scaled: [Volume<Float>] = []
    for (image, volume) in zip(images, volumes) {
      scaled.append(
        try cut(box, of: grid, volume, outside: image.outside).scaled(over: image.window)
          .resized(to: extent, by: resizing).clamped)
    }
    let target = part.resized(to: extent)
    let mask: LabelMap
    do throws(ResamplingError) {
      mask = try region.cropped(to: box).labelMap().resampled(
        onto: target, interpolation: .nearest)
    } catch { throw .degenerateGrid(error.description) }
    var made: [Volume<Float>] = []
    for channel in channels {
      switch channel {
      case .image(let index): made.append(scaled[index])
      case .fusion(let first, let second, let fusion):
        made.append(try scaled[first].fused(with: scaled[second], by: fusion))
      }
    }
    return RegionSample(
      channels: made, mask: mask, box: box, grid: grid, lesion: lesion,
      regionVoxels: region.voxels.count { $0 })
  }

  /// A box of an image as if that had been resampled onto the grid as a whole; beyond the grid is
  /// `outside`, even where the image has more.
  private func cut(
    _ box: VoxelBox, of grid: Geometry, _ volume: Volume<Float>, outside: Float
  ) throws(RegionError) -> Volume<Float> {
    let inner = box.intersection(with: VoxelBox(all: grid.extent))
    var result: Volume<Float>
    do throws(ResamplingError) {
      result = try volume.resampled(
        onto: grid.cropped(to: inner), interpolation: interpolation, outside: outside)
    } catch { throw .degenerateGrid(error.description) }
    if interpolation == .cubic {
      // The spline overshoots at edges.
      let low = min(volume.voxels.min() ?? 0, outside)
      let high = max(volume.voxels.max() ?? 0, outside)
      result = Volume(
        voxels: result.voxels.map { min(max($0, low), high) }, geometry: result.geometry)
    }
    return result.cropped(to: box.moved(by: inner), filling: outside)
  }
}

extension Volume<Float> {
  /// Values below 0 and above 1, which cubic kernels make, cut off.
  fileprivate var clamped: Volume<Float> {
    Volume(voxels: voxels.map { min(max($0, 0), 1) }, geometry: geometry)
  }
}

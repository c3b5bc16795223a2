public import RandomNumbers
public import RegionsOfInterest
public import Volumes

/// Masks of a region whose border follows the image in other ways: supervoxels across the border are
/// in or out by chance.
///
/// The supervoxel with most of itself inside is always in, one with at least 0.9 too, one with less
/// than 0.2 never; any other with the probability of its share inside. What is in is closed over
/// faces.
///
/// - Source: Zwanenburg et al., Sci Rep 9, 2019, doi:10.1038/s41598-018-36938-4.
public struct ContourRandomisation: Sendable {
  /// The supervoxels around the region.
  public let supervoxels: Supervoxels
  /// Share of every supervoxel inside the region.
  public let overlaps: [Double]
  private let box: VoxelBox
  private let geometry: Geometry

  /// Prepares a region.
  ///
  /// - Parameters:
  ///   - region: The region, not empty.
  ///   - image: The image, on the same grid to a tenth of a voxel.
  ///   - settings: The supervoxels.
  /// - Throws: ``SimulationError/nothingSegmented``, ``SimulationError/gridMismatch(_:)`` or
  ///   ``SimulationError/region(_:)``.
  /// - Complexity: As ``Supervoxels/init(of:settings:)`` for the region's box with 25 mm around it.
  public init(
    of region: Mask, in image: Volume<Float>,
    settings: SupervoxelSettings = SupervoxelSettings()
  ) throws(SimulationError) {
    if let difference = region.geometry.misalignment(of: image.geometry) {
      throw .gridMismatch(difference)
    }
    let around: VoxelBox?
    do throws(RegionError) {
      around = region.box(expandedBy: try Ball(radius: 25))
      if let around { try checkMemory(voxels: around.extent, bytesPerVoxel: 40) }
    } catch { throw .region(error) }
    guard let box = around else { throw .nothingSegmented }
    self.box = box
    let part = region.cropped(to: box)
    supervoxels = Supervoxels(
      of: image.cropped(to: box, filling: 0).scaled(toRangeIn: part), settings: settings)
    overlaps = supervoxels.overlaps(with: part)
    geometry = region.geometry
  }

  /// Which supervoxels are in, drawn anew.
  public func choice(using generator: inout SplitMix64) -> [Bool] {
    let most = overlaps.max() ?? 0
    let main = overlaps.firstIndex(of: most)
    return overlaps.enumerated().map { index, overlap in
      // A number for each, whether needed or not, so that draws are comparable.
      let isIn = Double(generator.uniform(0...1)) < overlap
      if index == main || overlap >= 0.9 { return true }
      return overlap >= 0.2 && isIn
    }
  }

  /// The region with a border drawn anew.
  ///
  /// - Returns: A mask on the region's grid.
  /// - Throws: ``SimulationError/region(_:)``.
  public func mask(using generator: inout SplitMix64) throws(SimulationError) -> Mask {
    let choice = choice(using: &generator)
    let numbers = supervoxels.numbers
    let chosen = Mask(
      voxels: numbers.voxels.map { choice[Int($0)] }, geometry: numbers.geometry)
    do throws(RegionError) {
      let closed = try chosen.closed(by: try Ball(radius: 1, unit: .voxels))
      var result = Mask(repeating: false, geometry: geometry)
      result.replace(box, by: closed, at: VoxelBox(all: box.extent))
      return result
    } catch { throw .region(error) }
  }
}

extension Volume<Float> {
  /// The image from 0 to 1 over the range of a region's intensities and a tenth more on both sides;
  /// numbers that are not finite count as the smallest.
  fileprivate func scaled(toRangeIn region: Mask) -> Volume<Float> {
    var (low, high) = (Float.infinity, -Float.infinity)
    for (value, isInside) in zip(voxels, region.voxels) where isInside && value.isFinite {
      (low, high) = (min(low, value), max(high, value))
    }
    let range = high - low
    guard range > 0, range.isFinite else { return Volume(repeating: 0, geometry: geometry) }
    let start = low - 0.1 * range
    return Volume(
      voxels: voxels.map { value in
        value.isFinite ? min(max((value - start) / (1.2 * range), 0), 1) : 0
      }, geometry: geometry)
  }
}

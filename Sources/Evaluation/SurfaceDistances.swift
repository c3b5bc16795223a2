public import RegionsOfInterest
public import Volumes

/// How far the surfaces of two masks are from each other.
///
/// Surfaces are made of elements, one at every corner of the voxel grid where the eight voxels
/// around it are not all inside or all outside, each weighted by its area in mm². An element's
/// distance is that to the nearest element of the other surface. Outside of the grid is no
/// structure, so that a mask that touches the border has surface there.
///
/// - Source: Nikolov et al., J. Med. Internet Res. 23(7), 2021, doi:10.2196/26151, as in DeepMind's
///   package surface-distance, to which all figures are equal where both masks have voxels.
public struct SurfaceDistances: Sendable {
  /// A piece of one mask's surface.
  struct Element {
    /// Distance in mm to the other mask's surface; infinite where that is empty.
    let distance: Double
    /// Area in mm².
    let area: Double
  }

  /// Elements of the reference's surface, nearest first.
  let reference: [Element]
  /// Elements of the prediction's surface, nearest first.
  let prediction: [Element]

  /// Measures the surfaces of two masks.
  ///
  /// - Parameters:
  ///   - reference: The mask taken as true; its spacing counts.
  ///   - prediction: The mask to score, of the same extent.
  /// - Complexity: O(voxels) time and 11 bytes a voxel, so crop to the structure first; then a sort
  ///   of the elements, 40 bytes for one of each mask.
  public init(reference: Mask, prediction: Mask) {
    precondition(
      reference.extent == prediction.extent,
      "a reference of \(reference.extent) against a prediction of \(prediction.extent)")
    let areas = SurfaceElementAreas(spacing: reference.geometry.spacing)
    let first = SurfacePatterns(of: reference)
    let second = SurfacePatterns(of: prediction)
    self.reference = elements(of: first, to: second.squaredDistances, areas)
    self.prediction = elements(of: second, to: first.squaredDistances, areas)
  }

  /// Bytes that measuring takes at most, beside the masks.
  ///
  /// - Parameters:
  ///   - corners: Corners of the grid's voxels.
  ///   - voxels: Voxels of the larger mask.
  /// - Returns: The bytes.
  static func bytes(corners: Double, voxels: Double) -> Double {
    // A voxel has eight corners. Patterns of both masks, one's surface and the distances to it; elements of both, and
    // half of one's while it is sorted.
    11 * corners + 40 * min(corners, 8 * voxels)
  }

  /// The Hausdorff distance in mm that leaves out the farthest part of either surface: the distance
  /// within which the given share of the surface's area lies, the larger of both directions.
  ///
  /// - Parameter share: Share of the area, 0.95 for HD95, 1 for the plain Hausdorff distance.
  /// - Returns: Millimetres; infinite where one of the masks is empty, NaN where both are.
  public func hausdorffDistance(coveringShare share: Double) -> Double {
    guard let a = distance(in: reference, coveringShare: share),
      let b = distance(in: prediction, coveringShare: share)
    else { return reference.isEmpty && prediction.isEmpty ? .nan : .infinity }
    return max(a, b)
  }

  /// Mean distance in mm from the reference's surface to the prediction's, weighted by area;
  /// infinite where one of the masks is empty, NaN where both are.
  public var averageDistanceFromReference: Double { average(reference) }

  /// Mean distance in mm from the prediction's surface to the reference's, weighted by area;
  /// infinite where one of the masks is empty, NaN where both are.
  public var averageDistanceFromPrediction: Double { average(prediction) }

  /// Average symmetric surface distance in mm: the mean of the two directions' mean distances;
  /// infinite where one of the masks is empty, NaN where both are.
  public var averageSymmetricDistance: Double {
    0.5 * (averageDistanceFromReference + averageDistanceFromPrediction)
  }

  /// Normalised surface distance, also called surface Dice: the share of both surfaces' area that
  /// lies within a tolerance of the other surface.
  ///
  /// - Parameter tolerance: Millimetres; an element exactly as far counts as within.
  /// - Returns: From 0 to 1; 0 where one of the masks is empty, NaN where both are.
  public func normalisedSurfaceDistance(tolerance: Double) -> Double {
    let all = area(reference[...]) + area(prediction[...])
    let within =
      area(reference.prefix { $0.distance <= tolerance })
      + area(prediction.prefix { $0.distance <= tolerance })
    return within / all
  }

  private func distance(in elements: [Element], coveringShare share: Double) -> Double? {
    let all = area(elements[...])
    var covered = 0.0
    for element in elements {
      covered += element.area
      if covered / all >= share { return element.distance }
    }
    return elements.last?.distance
  }

  private func average(_ elements: [Element]) -> Double {
    if elements.isEmpty { return reference.isEmpty && prediction.isEmpty ? .nan : .infinity }
    if elements[0].distance == .infinity { return .infinity }
    return pairwiseSum(elements.map { $0.distance * $0.area }[...]) / area(elements[...])
  }

  private func area(_ elements: ArraySlice<Element>) -> Double {
    pairwiseSum(elements.map(\.area)[...])
  }
}

/// The elements of a surface with their distances to another one, nearest first, then smallest.
private func elements(
  of patterns: SurfacePatterns, to squares: [Double], _ areas: SurfaceElementAreas
) -> [SurfaceDistances.Element] {
  var elements: [SurfaceDistances.Element] = []
  elements.reserveCapacity(patterns.surfaceCount)
  for (corner, pattern) in patterns.patterns.enumerated() where SurfacePatterns.isSurface(pattern) {
    elements.append(
      SurfaceDistances.Element(distance: squares[corner].squareRoot(), area: areas[pattern]))
  }
  elements.sort { ($0.distance, $0.area) < ($1.distance, $1.area) }
  return elements
}

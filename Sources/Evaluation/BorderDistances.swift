public import RegionsOfInterest
public import Volumes

/// How far the border voxels of two masks are from each other.
///
/// A border voxel belongs to the mask and shares a face with a voxel that does not; outside of the
/// grid is no structure. All border voxels count alike, whatever the voxel's shape, and a distance is
/// that between centres to the nearest border voxel of the other mask. Published figures are often of
/// this kind; ``SurfaceDistances`` depend less on the grid.
///
/// - Source: The metrics of MONAI 1.6, to which all figures are equal. MedPy has the same HD95; its
///   ASSD is the mean of the two directions' means instead of that of all distances together.
public struct BorderDistances: Sendable {
  /// Distances in mm of the reference's border voxels, ascending; infinite where the other is empty.
  let reference: [Double]
  /// Those of the prediction's.
  let prediction: [Double]

  /// Measures the borders of two masks.
  ///
  /// - Parameters:
  ///   - reference: The mask taken as true; its spacing counts.
  ///   - prediction: The mask to score, of the same extent.
  /// - Complexity: O(voxels) time and 11 bytes a voxel, so crop to the structure first; then a sort
  ///   of the border voxels.
  public init(reference: Mask, prediction: Mask) {
    precondition(
      reference.extent == prediction.extent,
      "a reference of \(reference.extent) against a prediction of \(prediction.extent)")
    let first = reference.border
    var second = prediction.border
    second.geometry = first.geometry
    self.reference = distances(of: first, to: second)
    self.prediction = distances(of: second, to: first)
  }

  /// A percentile of the distances, the larger of both directions, interpolated between neighbours.
  ///
  /// - Parameter share: 0.95 for HD95, 1 for the plain Hausdorff distance.
  /// - Returns: Millimetres; infinite where one of the masks is empty, NaN where both are.
  public func hausdorffDistance(coveringShare share: Double) -> Double {
    guard !reference.isEmpty, !prediction.isEmpty else { return distanceWithoutBorder }
    return max(percentile(share, of: reference), percentile(share, of: prediction))
  }

  /// Mean of the distances of both borders' voxels together, in mm; infinite where one of the masks
  /// is empty, NaN where both are.
  public var averageSymmetricDistance: Double {
    guard !reference.isEmpty, !prediction.isEmpty else { return distanceWithoutBorder }
    return (pairwiseSum(reference[...]) + pairwiseSum(prediction[...]))
      / Double(reference.count + prediction.count)
  }

  /// Share of both borders' voxels that lie within a tolerance of the other border.
  ///
  /// - Parameter tolerance: Millimetres; a voxel exactly as far counts as within.
  /// - Returns: From 0 to 1; 0 where one of the masks is empty, NaN where both are.
  public func normalisedSurfaceDistance(tolerance: Double) -> Double {
    let within = [reference, prediction].map { $0.count { $0 <= tolerance } }
    return Double(within[0] + within[1]) / Double(reference.count + prediction.count)
  }

  private var distanceWithoutBorder: Double {
    reference.isEmpty && prediction.isEmpty ? .nan : .infinity
  }

  private func percentile(_ share: Double, of distances: [Double]) -> Double {
    let place = share * Double(distances.count - 1)
    let lower = Int(place)
    let upper = min(lower + 1, distances.count - 1)
    return distances[lower] + (place - Double(lower)) * (distances[upper] - distances[lower])
  }
}

/// Distances of a border's voxels to another one, ascending.
private func distances(of border: Mask, to other: Mask) -> [Double] {
  let squares = other.squaredDistancesToMask.voxels
  var distances: [Double] = []
  for (voxel, isBorder) in border.voxels.enumerated() where isBorder {
    distances.append(squares[voxel].squareRoot())
  }
  distances.sort()
  return distances
}

extension Mask {
  /// The voxels that share a face with one outside of the mask or of the grid.
  fileprivate var border: Mask {
    let (width, height, depth) = (extent.x, extent.y, extent.z)
    let (row, slice) = (width, width * height)
    var border = Mask(repeating: false, geometry: geometry)
    voxels.withUnsafeBufferPointer { mask in
      border.voxels.withUnsafeMutableBufferPointer { border in
        for z in 0..<depth {
          for y in 0..<height {
            let start = z * slice + y * row
            let isOuterRow = z == 0 || z == depth - 1 || y == 0 || y == height - 1
            for x in 0..<width where mask[start + x] {
              let index = start + x
              border[index] =
                isOuterRow || x == 0 || x == width - 1
                || !(mask[index - 1] && mask[index + 1] && mask[index - row] && mask[index + row]
                  && mask[index - slice] && mask[index + slice])
            }
          }
        }
      }
    }
    return border
  }
}

public import Volumes

extension Volume<Float> {
  /// Standard deviation of the image's noise, estimated within slices.
  ///
  /// The difference of two Laplacians is blind to what varies slowly; the median of its absolute
  /// values is blind to edges. Voxels where it is 0, as in an empty background, do not count.
  ///
  /// - Returns: In the image's unit; 0 of an image without noise or of slices below 3 × 3 voxels.
  /// - Source: Immerkær, "Fast noise variance estimation", CVIU 64(2), 1996,
  ///   doi:10.1006/cviu.1996.0060, with a median in place of the mean.
  public var noiseLevel: Double {
    guard extent.x > 2, extent.y > 2 else { return 0 }
    var responses: [Float] = []
    for z in 0..<extent.z {
      for y in 1..<extent.y - 1 {
        let rows = (-1...1).map { extent.index(0, y + $0, z) }
        for x in 1..<extent.x - 1 {
          func across(_ row: Int) -> Float {
            voxels[row + x - 1] - 2 * voxels[row + x] + voxels[row + x + 1]
          }
          let response = abs(across(rows[0]) - 2 * across(rows[1]) + across(rows[2]))
          if response > 0, response.isFinite { responses.append(response) }
        }
      }
    }
    guard !responses.isEmpty else { return 0 }
    responses.sort()
    // The kernel's length is 6, the median of the absolute values of a normal number 0.6745.
    return Double(responses[responses.count / 2]) / (6 * 0.674_489_750_2)
  }
}

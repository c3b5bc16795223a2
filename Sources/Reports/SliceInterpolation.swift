/// Linear interpolation between the voxels of a slice that fills a frame of a picture.
struct SliceInterpolation {
  private let frame: Frame
  private let size: (across: Int, down: Int)

  /// - Parameters:
  ///   - frame: Where the slice lies in the picture, in pixels.
  ///   - size: Voxels across and down.
  init(_ frame: Frame, size: (across: Int, down: Int)) {
    self.frame = frame
    self.size = size
  }

  /// The value at a place of the picture, in pixels; beyond the outermost voxels their own.
  func value(_ x: Float, _ y: Float, _ voxel: (_ across: Int, _ down: Int) -> Float) -> Float {
    let u = place(x, frame.left, frame.right, size.across)
    let v = place(y, frame.top, frame.bottom, size.down)
    let upper = voxel(u.low, v.low) * (1 - u.share) + voxel(u.high, v.low) * u.share
    let lower = voxel(u.low, v.high) * (1 - u.share) + voxel(u.high, v.high) * u.share
    return upper * (1 - v.share) + lower * v.share
  }

  /// The two voxels beside a coordinate of the picture and the share of the second.
  private func place(
    _ pixel: Float, _ start: Float, _ end: Float, _ count: Int
  ) -> (low: Int, high: Int, share: Float) {
    let position = (pixel - start) / (end - start) * Float(count) - 0.5
    let clamped = max(0, min(Float(count - 1), position))
    let low = Int(clamped)
    return (low, min(low + 1, count - 1), clamped - Float(low))
  }
}

import Volumes

/// The middle slice of a volume, 0 for black to 1 for white, linear between voxels.
struct SlicePicture {
  let volume: Volume<Float>
  let plane: SlicePlane
  let window: ClosedRange<Float>
  private let slice: Int
  private let size: (across: Int, down: Int)

  init(_ volume: Volume<Float>, _ plane: SlicePlane, _ window: ClosedRange<Float>) {
    self.volume = volume
    self.plane = plane
    self.window = window
    size = plane.size(volume.extent)
    let extent = volume.extent
    slice =
      switch plane {
      case .axial: extent.z / 2
      case .coronal: extent.y / 2
      case .sagittal: extent.x / 2
      }
  }

  /// The value at a place of the picture.
  func value(_ x: Float, _ y: Float, _ frame: Frame) -> Float {
    SliceInterpolation(frame, size: size).value(x, y, voxel)
  }

  private func voxel(_ across: Int, _ down: Int) -> Float {
    let value = volume.voxels[
      plane.index(volume.extent, slice: slice, across: across, down: down)]
    guard value.isFinite else { return 0 }
    let share = (value - window.lowerBound) / (window.upperBound - window.lowerBound)
    return max(0, min(1, share))
  }
}

extension Volume<Float> {
  /// The intensities that become black and white: all but the half per cent at either end.
  var intensityWindow: ClosedRange<Float> {
    let step = max(1, voxels.count / 100_000)
    let sample = stride(from: 0, to: voxels.count, by: step).map { voxels[$0] }
      .filter(\.isFinite).sorted()
    guard let low = sample.first, let high = sample.last, low < high else { return 0...1 }
    let (black, white) = (sample[sample.count / 200], sample[sample.count - 1 - sample.count / 200])
    return black < white ? black...white : low...high
  }
}

extension Colour {
  /// A grey from black, 0, to white, 1.
  static func grey(share: Float) -> Colour {
    let level = UInt8((Swift.max(0, Swift.min(1, share)) * 255).rounded())
    return Colour(red: level, green: level, blue: level)
  }
}

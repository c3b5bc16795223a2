import VolumeFiles
import Volumes

extension ProbabilityMaps {
  /// Name of the array in the archives, as nnU-Net's.
  public static let arrayName = "probabilities"

  /// Writes the maps as nnU-Net saves probabilities: a compressed `.npz` whose array `probabilities`
  /// has the axes classes, z, y, x and single precision.
  ///
  /// - Parameter path: The name, ending in `.npz`.
  /// - Throws: ``InferenceError/unwritable(path:reason:)``.
  public func write(to path: String) throws(InferenceError) {
    do throws(VolumeFileError) {
      let writer = try NumPyArrayWriter(
        path, array: Self.arrayName,
        shape: [classes, shape.depth, shape.height, shape.width])
      try writer.write(UnsafeBufferPointer(values))
      try writer.commit()
    } catch {
      throw .unwritable(path: path, reason: error.description)
    }
  }
}

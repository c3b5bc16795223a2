import FileOutput
import Glibc
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

  /// Writes the maps of a case as `NAME.npz`, and as `NAME.pkl` what nnU-Net needs to go on with them.
  ///
  /// - Parameters:
  ///   - folder: A folder that exists.
  ///   - name: The case's name.
  ///   - properties: What belongs into the `.pkl`.
  /// - Throws: ``InferenceError/unwritable(path:reason:)``.
  public func write(
    to folder: String, as name: String, with properties: PredictionProperties
  ) throws(InferenceError) {
    try write(to: "\(folder)/\(name).npz")
    let path = "\(folder)/\(name).pkl"
    do throws(FileOutputError) { try writeAtomically(properties.pickle, to: path) } catch {
      throw .unwritable(path: path, reason: error.description)
    }
  }

  /// Removes `NAME.npz` and `NAME.pkl`, which belong to a mask that is about to be replaced: averages
  /// would be made of what another network once gave.
  ///
  /// - Parameters:
  ///   - name: The case's name.
  ///   - folder: The folder that may hold them.
  /// - Throws: ``InferenceError/unwritable(path:reason:)`` if they are there and stay.
  public static func removeSaved(_ name: String, in folder: String) throws(InferenceError) {
    for path in ["\(folder)/\(name).npz", "\(folder)/\(name).pkl"] {
      guard unlink(path) == 0 || errno == ENOENT else {
        throw .unwritable(path: path, reason: String(cString: strerror(errno)))
      }
    }
  }
}

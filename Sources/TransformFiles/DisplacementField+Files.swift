public import SpatialTransforms
import VolumeFiles
import Volumes

extension DisplacementField {
  /// Reads a field of displacements from an image of three components.
  ///
  /// NIfTI with the intent code 1007 (vector), as ITK and ANTs write it, holds LPS; with 1006
  /// (displacement vector) it holds RAS, and the first two components change their sign. NRRD and
  /// MetaImage hold LPS.
  ///
  /// - Parameter path: The image.
  /// - Throws: ``TransformFileError/notAField(path:problem:)`` or
  ///   ``TransformFileError/image(_:)``.
  public init(contentsOf path: String) throws(TransformFileError) {
    let (header, image, intent): (VolumeHeader, ImageFile, Int?)
    do throws(VolumeFileError) {
      header = try VolumeHeader(contentsOf: path)
      guard header.channelCount == 3 else {
        throw VolumeFileError.unsupported(
          path: path,
          feature: "an image of \(header.channelCount) components as displacement field is",
          cure: "give a field of three")
      }
      intent = try ImageFile.niftiIntent(of: path)
      image = try ImageFile(contentsOf: path)
    } catch { throw .image(error) }
    var components = image.channels.map(\.voxels)
    switch intent {
    case nil, 1007: break
    case 1006:
      for axis in 0..<2 { components[axis] = components[axis].map { -$0 } }
    case .some(let other):
      throw .notAField(
        path: path,
        problem: "its NIfTI intent code is \(other), expected 1007 (vector) or 1006 (displacement"
          + " vector); give a field as ITK or ANTs write it")
    }
    guard components.allSatisfy({ $0.allSatisfy { abs($0) < 1e6 } }) else {
      throw .notAField(
        path: path, problem: "a displacement is not finite, or is above a kilometre")
    }
    guard header.geometry.axes.inverse != nil else {
      throw .notAField(path: path, problem: "its grid is degenerate")
    }
    self.init(geometry: header.geometry, components: components)
  }

  /// Writes the field as an image of three components in LPS, which ITK, ANTs and SimpleITK read.
  ///
  /// - Parameter path: A name ending in `.nii.gz`, `.nii`, `.nrrd` or `.mha`; its folder must exist.
  ///   The file appears when it is complete.
  /// - Throws: ``TransformFileError/image(_:)``.
  public func write(to path: String) throws(TransformFileError) {
    let channels = components.map { Volume(voxels: $0, geometry: geometry) }
    do throws(VolumeFileError) {
      try ImageFile(channels: channels).writeVectors(to: path)
    } catch { throw .image(error) }
  }
}

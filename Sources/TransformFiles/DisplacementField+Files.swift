public import SpatialTransforms
import VolumeFiles
import Volumes

/// What the numbers of a field's file mean.
public enum FieldConvention: String, Hashable, Sendable, CaseIterable {
  /// What the file says: the intent code of NIfTI, LPS in other formats.
  case stated
  /// Millimetres along the axes of LPS, whatever the intent code.
  case lps
  /// Millimetres along the axes of RAS, whatever the intent code.
  case ras
  /// Voxels along the axes of the file's own grid, as Learn2Reg and ConvexAdam write 4-D NIfTI; fixed
  /// and moving image are on that grid.
  case voxels
}

extension DisplacementField {
  /// Reads a field of displacements from an image of three components.
  ///
  /// NIfTI with the intent code 1007 (vector), as ITK and ANTs write it, holds LPS; with 1006
  /// (displacement vector) it holds RAS, and the first two components change their sign. NRRD and
  /// MetaImage hold LPS.
  ///
  /// - Parameters:
  ///   - path: The image.
  ///   - convention: What its numbers mean.
  /// - Throws: ``TransformFileError/notAField(path:problem:)`` or
  ///   ``TransformFileError/image(_:)``.
  public init(
    contentsOf path: String, convention: FieldConvention = .stated
  ) throws(TransformFileError) {
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
    guard header.geometry.axes.inverse != nil else {
      throw .notAField(path: path, problem: "its grid is degenerate")
    }
    var components = image.channels.map(\.voxels)
    switch (convention, intent) {
    case (.lps, _), (.stated, nil), (.stated, 1007): break
    case (.ras, _), (.stated, 1006):
      for axis in 0..<2 { components[axis] = components[axis].map { -$0 } }
    case (.voxels, _):
      components = Self.millimetres(components, on: header.geometry)
    case (.stated, .some(let other)):
      throw .notAField(
        path: path,
        problem: "its NIfTI intent code is \(other), expected 1007 (vector) or 1006 (displacement"
          + " vector); if you know what it holds, say so by lps:, ras: or voxels: before its name")
    }
    guard components.allSatisfy({ $0.allSatisfy { abs($0) < 1e6 } }) else {
      throw .notAField(
        path: path, problem: "a displacement is not finite, or is above a kilometre")
    }
    self.init(geometry: header.geometry, components: components)
  }

  /// Displacements along a grid's axes in voxels, in millimetres along the world's.
  private static func millimetres(_ voxels: [[Float]], on grid: Geometry) -> [[Float]] {
    let axes = grid.axes
    return (0..<3).map { row in
      let (x, y, z) = (Float(axes[row, 0]), Float(axes[row, 1]), Float(axes[row, 2]))
      return voxels[0].indices.map { x * voxels[0][$0] + y * voxels[1][$0] + z * voxels[2][$0] }
    }
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

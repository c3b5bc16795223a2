import Volumes

extension ImageFile {
  /// Writes the channels as components of one vector per voxel; the ending of the name chooses the
  /// format.
  ///
  /// NIfTI stores them along a fifth axis with the intent code 1007 (vector), as ITK does; NRRD and
  /// MetaImage as any channels.
  ///
  /// - Parameter path: The name; its folder must exist. The file appears when it is complete.
  /// - Throws: ``VolumeFileError/unsupported(path:feature:cure:)`` for pictures, or another
  ///   ``VolumeFileError``.
  public func writeVectors(to path: String) throws(VolumeFileError) {
    var writer = try VolumeWriter(path: path, geometry: geometry)
    guard writer.format != .png, writer.format != .tiff else {
      throw .unsupported(
        path: path, feature: "a field of vectors in this format is", cure: "write .nii.gz instead")
    }
    writer.isVector = true
    try writer.write(channels.map(\.voxels))
  }
}

extension ImageFile {
  /// What the numbers of a NIfTI file mean, its `intent_code`, such as 1007 for vectors.
  ///
  /// - Parameter path: An image in any ``VolumeFileFormat``.
  /// - Returns: The code; nil for other formats.
  /// - Throws: ``VolumeFileError``.
  public static func niftiIntent(of path: String) throws(VolumeFileError) -> Int? {
    guard try VolumeFileFormat.of(path) == .nifti else { return nil }
    let names = NIfTINames(path)
    let headerPath = names.existingHeader
    let file = try InputFile(headerPath)
    let stream = try ByteStream(file, from: 0, names.compression(of: headerPath))
    return Int(try NIfTIHeader(try stream.read(540), path: headerPath).intent)
  }
}

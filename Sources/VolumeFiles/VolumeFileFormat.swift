/// The kinds of image file that can be read and written.
public enum VolumeFileFormat: Hashable, Sendable, CaseIterable {
  /// NIfTI-1 and NIfTI-2, in one file or as header and voxels, compressed or not; Analyze 7.5 for
  /// reading.
  case nifti
  /// NRRD, with the voxels in the file or beside it.
  case nrrd
  /// MetaImage, with the voxels in the file or beside it.
  case metaImage
  /// A stack of TIFF pages.
  case tiff
  /// One picture.
  case png

  /// The format that a file name's ending stands for, in capitals or not; nil if it stands for
  /// none.
  public init?(path: String) {
    let name = path.lowercased()
    for format in Self.allCases where format.endings.contains(where: { name.hasSuffix($0) }) {
      self = format
      return
    }
    return nil
  }

  /// The endings of this format's file names, the one to prefer first.
  public var endings: [String] {
    switch self {
    case .nifti: [".nii.gz", ".nii", ".hdr", ".img", ".hdr.gz", ".img.gz"]
    case .nrrd: [".nrrd", ".nhdr"]
    case .metaImage: [".mha", ".mhd"]
    case .tiff: [".tif", ".tiff"]
    case .png: [".png"]
    }
  }

  static func of(_ path: String) throws(VolumeFileError) -> VolumeFileFormat {
    guard let format = VolumeFileFormat(path: path) else { throw .unknownFormat(path: path) }
    return format
  }
}

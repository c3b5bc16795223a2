import CGDCM

extension Slice {
  /// Decodes the stored values, x fastest, into an array of columns x rows numbers.
  func readStored(into stored: inout [Double]) throws(DICOMError) {
    precondition(
      stored.count == columns * rows, "\(stored.count) numbers for a plane of \(columns) x \(rows)")
    let status = stored.withUnsafeMutableBufferPointer { buffer in
      delineate_dicom_read_stored(path, UInt32(columns), UInt32(rows), buffer.baseAddress)
    }
    switch UInt32(status) {
    case DELINEATE_DICOM_OK.rawValue: return
    case DELINEATE_DICOM_SIZE.rawValue:
      throw .damaged(
        path: path, problem: "the voxels are not \(columns) x \(rows) as the header says")
    case DELINEATE_DICOM_TRUNCATED.rawValue:
      throw .damaged(path: path, problem: "truncated or damaged voxels")
    case DELINEATE_DICOM_FORMAT.rawValue:
      throw .unsupported(
        path: path, feature: "kind of voxel", cure: "export it uncompressed with 16 bits")
    case DELINEATE_DICOM_MEMORY.rawValue:
      throw .damaged(path: path, problem: "the voxels need more memory than there is")
    default: throw .damaged(path: path, problem: "the voxels cannot be decoded")
    }
  }
}

/// Why a DICOM series could not be read; every description is one line.
public enum DICOMError: Error, Equatable, Sendable {
  /// The folder cannot be opened, or holds no DICOM image.
  case noImages(folder: String, problem: String)
  /// A file cannot be read or contradicts itself.
  case damaged(path: String, problem: String)
  /// A sound file that uses something this module does not read.
  case unsupported(path: String, feature: String, cure: String)
  /// The slices of a series do not form one volume.
  case irregular(path: String, problem: String, cure: String)
  /// Slices are missing: one text for each place where the distance is not the usual one.
  case missingSlice(path: String, spacing: Double, gaps: [String])
  /// The header lacks what a standardised uptake value needs.
  case noUptake(path: String, problem: String)
}

extension DICOMError: CustomStringConvertible {
  /// One line: the path, what is wrong, what to do.
  public var description: String {
    switch self {
    case .noImages(let folder, let problem):
      "\(folder): \(problem); name the folder that holds the files of the series"
    case .damaged(let path, let problem): "\(path): \(problem); copy or export the file again"
    case .unsupported(let path, let feature, let cure): "\(path): \(feature) not supported; \(cure)"
    case .irregular(let path, let problem, let cure): "\(path): \(problem); \(cure)"
    case .missingSlice(let path, let spacing, let gaps):
      "\(path): missing slice between \(gaps.prefix(4).joined(separator: "; between "))"
        + (gaps.count > 4 ? " and at \(gaps.count - 4) more places" : "")
        + ", expected \(spacing) mm between slices; export the whole series again"
    case .noUptake(let path, let problem): "\(path): no standardised uptake values: \(problem)"
    }
  }
}

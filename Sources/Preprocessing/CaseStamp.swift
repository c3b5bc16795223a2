import Datasets
import FileOutput
import Planning
import Resampling

#if canImport(Glibc)
  import Glibc
#endif

/// What a preprocessed case was made from: the plan, the files and their times of change.
struct CaseStamp {
  private let plan: String

  init(_ preprocessor: Preprocessor, sampling: ClassLocationSampling) {
    let c = preprocessor.configuration
    var text = "1 \(preprocessor.plan.transposeForward) \(c.spacing) \(c.normalizationSchemes)"
    text += " \(c.usesMaskForNormalization) \(c.imageResampling) \(c.labelResampling)"
    text += " \(preprocessor.plan.foregroundIntensities) \(sampling.classes)"
    plan = text
  }

  func text(for entry: Case) -> String {
    var text = plan
    for path in entry.images + (entry.labels.map { [$0] } ?? []) {
      var status = stat()
      let found = stat(path, &status) == 0
      text +=
        " \(path) \(found ? status.st_size : -1) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }
    return contentDigest(of: text)
  }
}

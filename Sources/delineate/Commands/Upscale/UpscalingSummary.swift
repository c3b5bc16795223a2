import JSONDocuments
import SuperResolution

/// Means over images.
struct UpscalingSummary {
  let rows: [[String]]
  let document: JSONValue

  init(_ evaluations: [UpscalingEvaluation]) {
    let count = Double(max(1, evaluations.count))
    func mean(_ value: (UpscalingEvaluation) -> Double) -> Double {
      evaluations.reduce(0) { $0 + value($1) } / count
    }
    var rows = [["", "PSNR dB", "SSIM", "NMSE", "gradient error"]]
    var fields = JSONObject()
    for (name, part) in [
      ("linear", \UpscalingEvaluation.linear), ("cubic", \.cubic), ("model", \.model),
    ] {
      let quality = [
        \ImageQuality.peakSignalToNoise, \.structuralSimilarity, \.normalisedError, \.gradientError,
      ]
      .map { path in mean { $0[keyPath: part][keyPath: path] } }
      rows.append(
        [
          name, fixed(quality[0], 2), fixed(quality[1], 4), fixed(quality[2], 5),
          fixed(quality[3], 4),
        ])
      fields[name] = [
        "psnr_db": finite(quality[0]), "ssim": finite(quality[1]), "nmse": finite(quality[2]),
        "gradient_error": finite(quality[3]),
      ]
    }
    let better = evaluations.filter {
      $0.model.structuralSimilarity > $0.cubic.structuralSimilarity
    }
    fields["ssim_above_cubic"] = .number(Double(better.count) / count)
    fields["inconsistency"] = finite(mean(\.inconsistency))
    rows.append(["SSIM above cubic in \(better.count) of \(evaluations.count)"])
    self.rows = rows
    document = .object(fields)
  }
}

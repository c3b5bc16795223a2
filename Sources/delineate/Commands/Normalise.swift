import ArgumentParser
import JSONDocuments
import Planning
import Preprocessing
import VolumeFiles
import Volumes

struct Normalise: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Brings intensities to a common scale, as preprocessing does.",
    discussion: """
      ct needs --statistics, the fingerprint of a dataset, whose percentiles, mean and standard \
      deviation it applies; the other schemes look at the image alone.
      """)

  @Argument(help: "The image to read.") var image: String
  @Argument(help: "The image to write, in single precision.") var output: String

  @Option(help: ArgumentHelp("How.", valueName: "ct|zscore|rescale01|none"))
  var scheme: SchemeChoice

  @Option(
    help: ArgumentHelp(
      "Label map outside of which zscore neither looks nor changes anything.", valueName: "file"))
  var mask: String?

  @Option(help: ArgumentHelp("A dataset_fingerprint.json, for ct.", valueName: "file"))
  var statistics: String?

  @OptionGroup var common: OutputOptions

  func validate() throws {
    if mask != nil, scheme != .zscore { throw ValidationError("--mask is for --scheme zscore") }
    guard (statistics != nil) == (scheme == .ct) else {
      throw ValidationError("--statistics belongs to --scheme ct, and only to it")
    }
  }

  func run() throws {
    let console = common.start()
    let file = try ImageFile(contentsOf: image)
    let mask = try mask.map { try LabelMap(contentsOf: $0) }
    let statistics = try statistics.map { try Fingerprint(contentsOf: $0).foregroundIntensities }
    if let statistics, statistics.count != file.channels.count {
      throw ValidationError(
        "\(self.statistics ?? "") describes \(statistics.count) channels, \(image) has "
          + "\(file.channels.count)")
    }
    var channels: [Volume<Float>] = []
    for (index, channel) in file.channels.enumerated() {
      channels.append(
        try channel.normalised(
          by: scheme.scheme, statistics: statistics?[index], inside: mask, of: image))
    }
    try ImageFile(channels: channels).write(to: output)
    console.result(
      ["output": .string(output), "channels": .integer(channels.count)], text: "\(output)\n")
  }
}

/// How intensities are normalised.
enum SchemeChoice: String, ExpressibleByArgument, CaseIterable {
  case ct, zscore, rescale01, none

  var scheme: NormalizationScheme {
    switch self {
    case .ct: .ct
    case .zscore: .zScore
    case .rescale01: .rescaleTo01
    case .none: .none
    }
  }
}

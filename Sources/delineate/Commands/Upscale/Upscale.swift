import ArgumentParser

struct Upscale: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Raises the resolution of images by a network that learns from sharper ones.",
    discussion: """
      Train on your own scans of high resolution: coarse images are made of them as a scanner would \
      have made them, and the network learns the way back. What it adds is an estimate: it is not seen by the scanner.
      """,
    subcommands: [UpscaleTrain.self, UpscaleApply.self, UpscaleEvaluate.self])
}

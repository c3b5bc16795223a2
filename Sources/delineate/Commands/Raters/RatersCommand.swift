import ArgumentParser

struct RatersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "raters",
    abstract: "Compares several raters' masks and features, and makes one mask of many.",
    subcommands: [RatersAgreement.self, RatersConsensus.self, RatersICC.self])
}

import ArgumentParser

struct RatersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "raters",
    abstract:
      "Compares several raters' masks, features and scores, makes one mask of many, simulates raters.",
    subcommands: [
      RatersAgreement.self, RatersConsensus.self, RatersICC.self, RatersScores.self,
      RatersSimulate.self, RatersPerturb.self,
    ])
}

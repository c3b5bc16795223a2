import ArgumentParser
import JSONDocuments
import Raters
import RegionsOfInterest
import VolumeFiles
import Volumes

struct RatersConsensus: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "consensus", abstract: "Makes one mask of several raters' masks of a case.",
    discussion: """
      staple estimates the hidden true mask with every rater's sensitivity and specificity (Warfield \
      2004, of several labels Rohlfing 2004); how much background counts changes it, by default 10 mm \
      around all masks. simple drops raters that agree poorly and weighs the others by Dice (Langerak \
      2010); it takes all labels as one structure. The masks lie on one grid.
      """)

  @Argument(help: "The raters' masks, two or more.") var masks: [String]

  @Option(
    help: ArgumentHelp("How.", valueName: "majority|union|intersection|staple|simple"))
  var method: ConsensusChoice

  @Option(help: ArgumentHelp("The mask to write.", valueName: "file")) var output: String

  @Option(
    help: ArgumentHelp(
      "Also write the probability, or share of votes, of foreground; for majority that of the label.",
      valueName: "file"))
  var probability: String?

  @Option(
    help: ArgumentHelp(
      "The label of equally many votes, for majority and staple; undecided is the largest plus 1.",
      valueName: "smallest|largest|undecided"))
  var ties = TieChoice.smallest

  @Option(
    help: ArgumentHelp(
      "Background that counts for staple around all masks; 10 by default.", valueName: "mm"))
  var margin: Double?

  @Flag(help: "The whole image counts for staple, as in SimpleITK.")
  var wholeImage = false

  @OptionGroup var common: OutputOptions

  func validate() throws {
    guard masks.count > 1 else { throw ValidationError("give two masks or more") }
    if method != .staple, margin != nil || wholeImage {
      throw ValidationError("--margin and --whole-image are for --method staple")
    }
    if margin != nil, wholeImage { throw ValidationError("give --margin or --whole-image") }
    if let margin, !(margin >= 0 && margin.isFinite) {
      throw ValidationError("--margin must be at least 0 mm, not \(margin)")
    }
    if ties != .smallest, method != .staple, method != .majority {
      throw ValidationError("--ties is for --method majority or staple")
    }
  }

  func run() throws {
    let console = common.start()
    let votes = try RaterVotes(masks.map { try LabelMap(contentsOf: $0) })
    let consensus = try consensus(of: votes)
    try consensus.mask.write(to: output)
    if let probability { try consensus.probability.write(to: probability) }
    report(consensus, console)
  }

  private func consensus(of votes: RaterVotes) throws -> Consensus {
    switch method {
    case .majority: return try votes.majority(ties: ties.rule)
    case .union: return votes.union
    case .intersection: return votes.intersection
    case .simple: return try votes.simple()
    case .staple:
      var settings = STAPLESettings()
      settings.ties = ties.rule
      if !wholeImage { settings.margin = try Ball(radius: margin ?? 10) }
      return try votes.staple(settings)
    }
  }

  private func report(_ consensus: Consensus, _ console: Console) {
    let labels = Set(consensus.raters.flatMap(\.sensitivity.keys)).sorted()
    var rows = [["Rater", "Label", "Sensitivity", "Specificity", "Used"]]
    var raters: [JSONValue] = []
    for (path, rater) in zip(masks, consensus.raters) {
      var performances: [JSONValue] = []
      for label in labels {
        let sensitivity = rater.sensitivity[label] ?? .nan
        let specificity = rater.specificity[label] ?? .nan
        rows.append([
          path, "\(label)", fixed(sensitivity, 4), fixed(specificity, 4),
          rater.isUsed ? "yes" : "no",
        ])
        performances.append([
          "label": .integer(Int(label)), "sensitivity": finite(sensitivity),
          "specificity": finite(specificity),
        ])
      }
      raters.append([
        "mask": .string(path), "used": .bool(rater.isUsed), "labels": .array(performances),
      ])
    }
    console.result(
      [
        "output": .string(output), "method": .string(method.rawValue),
        "rounds": .integer(consensus.rounds), "raters": .array(raters),
        "probability": probability.map { .string($0) } ?? .null,
      ], text: aligned(rows) + "\(output)\n")
  }
}

/// How a consensus is found.
enum ConsensusChoice: String, ExpressibleByArgument, CaseIterable {
  case majority, union, intersection, staple, simple
}

/// What becomes of equal numbers of votes.
enum TieChoice: String, ExpressibleByArgument, CaseIterable {
  case smallest, largest, undecided

  var rule: TieRule {
    switch self {
    case .smallest: .smallest
    case .largest: .largest
    case .undecided: .undecided
    }
  }
}

import ArgumentParser
import Datasets
import Tensors
import Volumes
import Workspaces

/// Three numbers x,y,z.
struct Triple<Number: LosslessStringConvertible & Sendable>: ExpressibleByArgument, Sendable {
  let x: Number
  let y: Number
  let z: Number

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
      .map { Number(String($0)) }
    guard parts.count == 3, let x = parts[0], let y = parts[1], let z = parts[2] else { return nil }
    (self.x, self.y, self.z) = (x, y, z)
  }

  /// The numbers in the order they were given.
  var numbers: [Number] { [x, y, z] }
}

/// A list of folds such as 0,1,2 or all.
struct FoldList: ExpressibleByArgument {
  let folds: [Fold]

  init(_ folds: [Fold]) { self.folds = folds }

  /// As it is shown in the help.
  var defaultValueDescription: String { folds.map(\.description).joined(separator: ",") }

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
      .map { Fold(String($0)) }
    folds = parts.compactMap { $0 }
    if folds.isEmpty || folds.count != parts.count || Set(folds).count != folds.count {
      return nil
    }
  }
}

/// One of several parts, such as 2/4.
struct PartArgument: ExpressibleByArgument {
  let part: CasePart

  init?(argument: String) {
    let numbers = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let number = numbers[0], let count = numbers[1],
      let part = CasePart(number: number, of: count)
    else { return nil }
    self.part = part
  }
}

/// A list of labels such as 1,2.
struct LabelList: ExpressibleByArgument {
  let labels: [LabelMap.Label]

  init(_ labels: [LabelMap.Label]) { self.labels = labels }

  /// As it is shown in the help.
  var defaultValueDescription: String { labels.map { String($0) }.joined(separator: ",") }

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
      .map { LabelMap.Label($0) }
    labels = parts.compactMap { $0 }
    if labels.isEmpty || labels.count != parts.count { return nil }
  }
}

/// The number format of activations.
enum PrecisionChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, float32, bfloat16

  /// The format, or nil to take what the processor is good at.
  var precision: Precision? {
    switch self {
    case .auto: nil
    case .float32: .float32
    case .bfloat16: .bfloat16
    }
  }

  static let help = ArgumentHelp(
    "Number format of activations; auto takes bfloat16 where the processor has instructions for it.",
    valueName: "auto|float32|bfloat16")
}

/// The folder that holds everything made from a dataset.
struct WorkspaceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Folder for everything that is made: fingerprint, plan, preprocessed cases, models.",
      valueName: "folder"))
  var workspace: String
}

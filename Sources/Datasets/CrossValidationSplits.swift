public import JSONDocuments
import RandomNumbers

/// Which part of the cases a network is trained on.
public enum Fold: Hashable, Sendable, CustomStringConvertible {
  /// One of the splits, counted from 0.
  case number(Int)
  /// Every case, for training and validation both.
  case all

  /// A fold from a number of at least 0, or from `all`; nil for anything else.
  public init?(_ text: String) {
    if text == "all" {
      self = .all
    } else if let number = Int(text), number >= 0, String(number) == text {
      self = .number(number)
    } else {
      return nil
    }
  }

  /// The number, or `all`.
  public var description: String {
    switch self {
    case .number(let number): String(number)
    case .all: "all"
    }
  }
}

/// The cases of every fold of a cross-validation, as in nnU-Net's `splits_final.json`.
public struct CrossValidationSplits: Sendable, Equatable {
  /// The cases of one fold.
  public struct Split: Sendable, Equatable {
    /// Cases to learn from.
    public let training: [String]
    /// Cases to validate on.
    public let validation: [String]

    /// A split from its two lists.
    public init(training: [String], validation: [String]) {
      self.training = training
      self.validation = validation
    }
  }

  /// The splits, fold 0 first.
  public let splits: [Split]

  /// Splits that are already known.
  public init(_ splits: [Split]) { self.splits = splits }

  /// Splits cases at random, each being in the validation part of exactly one fold.
  ///
  /// Cases are sorted by name, their indices shuffled by numpy's legacy generator and cut into
  /// consecutive parts, the first ones being larger by one where the number does not divide: the
  /// same folds as nnU-Net's.
  ///
  /// - Parameters:
  ///   - cases: Names of cases, in any order.
  ///   - folds: Number of folds, at least 2.
  ///   - seed: Seed of the shuffle.
  ///   - groups: For cases that must stay together (several scans of one patient), the name of
  ///     their group. Whole groups are then split in place of cases; a case without an entry is a
  ///     group of its own.
  /// - Throws: ``DatasetError/tooFewCases(count:folds:)``.
  /// - Source: scikit-learn's `KFold(shuffle=True, random_state=12345)` as nnU-Net calls it.
  public init(
    cases: [String], folds: Int = 5, seed: UInt32 = 12345, groups: [String: String] = [:]
  ) throws(DatasetError) {
    precondition(folds >= 2, "a cross-validation has at least 2 folds, not \(folds)")
    let sorted = cases.sorted(by: FileName.precedes)
    let units = Set(sorted.map { groups[$0] ?? $0 }).sorted(by: FileName.precedes)
    guard units.count >= folds else { throw .tooFewCases(count: units.count, folds: folds) }
    var generator = MersenneTwister(seed: seed)
    let order = generator.permutation(units.count)
    var start = 0
    splits = (0..<folds).map { fold in
      let count = units.count / folds + (fold < units.count % folds ? 1 : 0)
      let held = Set(order[start..<start + count].map { units[$0] })
      start += count
      return Split(
        training: sorted.filter { !held.contains(groups[$0] ?? $0) },
        validation: sorted.filter { held.contains(groups[$0] ?? $0) })
    }
  }

  /// The cases of a fold.
  ///
  /// A number beyond the last split gives a random split of 80 to 20 whose seed is that number, as
  /// in nnU-Net; `all` gives every case twice.
  ///
  /// - Parameters:
  ///   - fold: The fold.
  ///   - cases: Every case of the dataset, for the two kinds of fold that no list holds.
  /// - Returns: The names of the cases to learn from and to validate on.
  public func split(_ fold: Fold, of cases: [String]) -> Split {
    let sorted = cases.sorted(by: FileName.precedes)
    switch fold {
    case .all: return Split(training: sorted, validation: sorted)
    case .number(let number) where number < splits.count: return splits[number]
    case .number(let number):
      var generator = MersenneTwister(seed: 12345 &+ UInt32(truncatingIfNeeded: number))
      let chosen = generator.permutation(sorted.count).prefix(Int(Double(sorted.count) * 0.8))
      let training = Set(chosen)
      return Split(
        training: chosen.map { sorted[$0] },
        validation: sorted.indices.filter { !training.contains($0) }.map { sorted[$0] })
    }
  }
}

extension CrossValidationSplits {
  /// Reads a `splits_final.json`.
  ///
  /// - Throws: ``DatasetError`` naming the file and the split.
  public init(contentsOf path: String) throws(DatasetError) {
    let document: JSONValue
    do throws(JSONFileError) { document = try JSONValue(contentsOf: path) } catch {
      throw DatasetError(error)
    }
    guard let entries = document.array, !entries.isEmpty else {
      throw .split(path: path, problem: "expected a list of splits")
    }
    var splits: [Split] = []
    for (fold, entry) in entries.enumerated() {
      guard let training = entry["train"]?.strings, let validation = entry["val"]?.strings else {
        throw .split(
          path: path, problem: "split \(fold): expected {\"train\": [names], \"val\": [names]}")
      }
      guard !training.isEmpty else {
        throw .split(path: path, problem: "split \(fold): has no training case")
      }
      splits.append(Split(training: training, validation: validation))
    }
    self.init(splits)
  }

  /// The document nnU-Net writes for these splits.
  public var document: JSONValue {
    .array(
      splits.map { split in
        [
          "train": .array(split.training.map { .string($0) }),
          "val": .array(split.validation.map { .string($0) }),
        ]
      })
  }

  /// Names in the splits that a dataset does not have, in order of appearance.
  public func unknownCases(among cases: [String]) -> [String] {
    let known = Set(cases)
    var seen = Set<String>()
    return splits.flatMap { $0.training + $0.validation }
      .filter { !known.contains($0) && seen.insert($0).inserted }
  }
}

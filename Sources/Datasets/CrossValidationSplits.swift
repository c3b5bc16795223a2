import RandomNumbers

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
  /// Cases of one group stay together. Groups of several cases are dealt out first, from the largest
  /// to the smallest and in shuffled order where they are equal, each to the fold that holds the
  /// fewest cases so far; the other cases then fill up the folds as above.
  ///
  /// - Parameters:
  ///   - cases: Names of cases, in any order.
  ///   - folds: Number of folds, at least 2; nil takes five, or one per group or single case where
  ///     there are groups and fewer than five of these.
  ///   - seed: Seed of the shuffle.
  ///   - groups: For cases that must stay together (several scans of one patient), the name of
  ///     their group; a case without an entry stands alone.
  /// - Throws: ``DatasetError/tooFewCases(count:folds:)``.
  /// - Source: scikit-learn's `KFold(shuffle=True, random_state=12345)` as nnU-Net calls it; Graham,
  ///   SIAM J. Appl. Math. 17(2), 1969, for dealing out the largest first.
  public init(
    cases: [String], folds: Int? = nil, seed: UInt32 = 12345, groups: [String: String] = [:]
  ) throws(DatasetError) {
    let sorted = cases.sorted(by: FileName.precedes)
    let units = CaseUnits(sorted, groups: groups).units
    let isGrouped = sorted.contains { groups[$0] != nil }
    let folds = folds ?? (isGrouped ? min(5, max(2, units.count)) : 5)
    precondition(folds >= 2, "a cross-validation has at least 2 folds, not \(folds)")
    guard units.count >= folds else { throw .tooFewCases(count: units.count, folds: folds) }
    var generator = MersenneTwister(seed: seed)
    let shuffled = generator.permutation(units.count).map { units[$0] }
    var held = [Set<String>](repeating: [], count: folds)
    var sizes = [Int](repeating: 0, count: folds)
    // The first of the folds with the fewest cases.
    func smallest() -> Int { sizes.indices.min { sizes[$0] < sizes[$1] } ?? 0 }
    // Swift's sort is stable: equal sizes stay in shuffled order.
    for unit in shuffled.filter({ $0.count > 1 }).sorted(by: { $0.count > $1.count }) {
      let fold = smallest()
      held[fold].formUnion(unit)
      sizes[fold] += unit.count
    }
    var alone = shuffled.filter { $0.count == 1 }.joined().makeIterator()
    var shares = [Int](repeating: 0, count: folds)
    for _ in 0..<shuffled.count(where: { $0.count == 1 }) {
      let fold = smallest()
      sizes[fold] += 1
      shares[fold] += 1
    }
    for (fold, share) in shares.enumerated() {
      for _ in 0..<share { if let name = alone.next() { held[fold].insert(name) } }
    }
    splits = held.map { held in
      Split(
        training: sorted.filter { !held.contains($0) },
        validation: sorted.filter { held.contains($0) })
    }
  }

  /// The cases of a fold.
  ///
  /// A number beyond the last split gives a random split of 80 to 20 whose seed is that number, as
  /// in nnU-Net, of groups where there are any; `all` gives every case twice.
  ///
  /// - Parameters:
  ///   - fold: The fold.
  ///   - cases: Every case of the dataset, for the two kinds of fold that no list holds.
  ///   - groups: The names of the groups of cases that must stay together.
  /// - Returns: The names of the cases to learn from and to validate on.
  public func split(
    _ fold: Fold, of cases: [String], groups: [String: String] = [:]
  ) -> Split {
    let sorted = cases.sorted(by: FileName.precedes)
    switch fold {
    case .all: return Split(training: sorted, validation: sorted)
    case .number(let number) where number < splits.count: return splits[number]
    case .number(let number):
      let units = CaseUnits(sorted, groups: groups).units
      var generator = MersenneTwister(seed: 12345 &+ UInt32(truncatingIfNeeded: number))
      let chosen = generator.permutation(units.count).prefix(Int(Double(units.count) * 0.8))
      let training = Set(chosen)
      return Split(
        training: chosen.flatMap { units[$0] },
        validation: units.indices.filter { !training.contains($0) }.flatMap { units[$0] })
    }
  }

  /// The first group of which some cases are trained on and others validated in one split, or nil.
  ///
  /// - Parameter groups: The names of the groups of cases that must stay together.
  /// - Returns: The group, the split, and two cases of the group on either side of it.
  public func separatedGroup(
    _ groups: [String: String]
  ) -> (group: String, fold: Int, trained: String, validated: String)? {
    for (fold, split) in splits.enumerated() {
      var trained: [String: String] = [:]
      for name in split.training { if let group = groups[name] { trained[group] = name } }
      for name in split.validation {
        if let group = groups[name], let other = trained[group] {
          return (group, fold, other, name)
        }
      }
    }
    return nil
  }
}

/// Cases that stay together, in lists: groups, and single cases.
private struct CaseUnits {
  /// The lists, in the order of the groups' names, a case without a group standing in its own.
  let units: [[String]]

  /// - Parameters:
  ///   - cases: Names of cases; their order is kept within a group.
  ///   - groups: Names of groups.
  init(_ cases: [String], groups: [String: String]) {
    // A group may be called as a case that stands alone.
    struct Key: Hashable {
      let name: String
      let isGroup: Bool
    }
    let members = Dictionary(grouping: cases) { name in
      groups[name].map { Key(name: $0, isGroup: true) } ?? Key(name: name, isGroup: false)
    }
    units = members.sorted { a, b in
      a.key.name == b.key.name ? a.key.isGroup : FileName.precedes(a.key.name, b.key.name)
    }.map(\.value)
  }
}

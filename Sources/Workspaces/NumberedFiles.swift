import Datasets
import VolumeFiles

/// Images whose names end in four digits: the number of a channel, or a part of the case's name.
struct NumberedFiles {
  /// An image called `CASE_0001.nii.gz`.
  struct File {
    let path: String
    /// The name before the number.
    let name: String
    let number: Int
  }

  /// What the numbers say.
  enum Meaning {
    /// Which channel of a case a file is.
    case channels
    /// Nothing: they belong to the names of cases, each in one file.
    case names
  }

  private(set) var files: [File] = []

  /// Takes a file if its name has a number.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - stem: Its name without the ending.
  /// - Returns: Whether it has one.
  mutating func add(_ path: String, stem: String) -> Bool {
    let digits = stem.suffix(4)
    guard stem.count > 5, digits.allSatisfy({ ("0"..."9").contains($0) }),
      stem.dropLast(4).last == "_", let number = Int(digits)
    else { return false }
    files.append(File(path: path, name: String(stem.dropLast(5)), number: number))
    return true
  }

  /// What the numbers say, as far as the files themselves leave no doubt.
  ///
  /// - Parameter channelCount: How many channels the model has.
  /// - Returns: What they say.
  /// - Throws: ``WorkspaceError/input(path:problem:)`` if they leave some.
  func meaning(forChannels channelCount: Int) throws(WorkspaceError) -> Meaning {
    if files.allSatisfy({ $0.number == 0 }) { return .channels }
    return channelCount == 1 ? try meaningForOneChannel() : try meaning(forSeveral: channelCount)
  }

  /// One channel is always `_0000`, so that a folder without one has numbered cases.
  private func meaningForOneChannel() throws(WorkspaceError) -> Meaning {
    let firsts = Set(files.filter { $0.number == 0 }.map(\.name))
    if firsts.isEmpty { return .names }
    guard let other = files.first(where: { $0.number > 0 && firsts.contains($0.name) }) else {
      return .channels
    }
    throw .input(
      path: other.path,
      problem:
        "may be another channel of a case \(other.name), since there is \(other.name)_0000 too, "
        + "or a case of its own; the model has one channel: leave other channels out, or put _0000 "
        + "behind the names of all cases, as in \(other.name)_0000_0000")
  }

  /// Files that hold all channels are cases, as the Decathlon's 4-D images.
  private func meaning(forSeveral channelCount: Int) throws(WorkspaceError) -> Meaning {
    func holdsAll(_ file: File) -> Bool {
      (try? VolumeHeader(contentsOf: file.path))?.channelCount == channelCount
    }
    guard let first = files.first, holdsAll(first) else { return .channels }
    guard let other = files.first(where: { !holdsAll($0) }) else { return .names }
    throw .input(
      path: other.path,
      problem:
        "does not hold all \(channelCount) channels of the model, as \(first.path) does; give "
        + "images of one kind")
  }

  /// The cases whose channels the files are, sorted by name.
  ///
  /// - Throws: ``WorkspaceError/input(path:problem:)`` if a channel is there twice, or one before it is missing.
  func casesOfChannels() throws(WorkspaceError) -> [Case] {
    var cases: [Case] = []
    for (name, files) in Dictionary(grouping: files, by: \.name).sorted(by: { $0.key < $1.key }) {
      let sorted = files.sorted { ($0.number, $0.path) < ($1.number, $1.path) }
      for (one, other) in zip(sorted, sorted.dropFirst()) where one.number == other.number {
        throw .input(
          path: other.path,
          problem:
            "is channel \(one.number) of case \(name), as is \(one.path); give each case once")
      }
      // Channels that moved up into a gap would be taken for others.
      if let missing = sorted.indices.first(where: { sorted[$0].number != $0 }) {
        throw .input(
          path: sorted[missing].path,
          problem: "case \(name) has no channel \(missing) before it; add that image, or leave the "
            + "case out")
      }
      cases.append(Case(id: name, images: sorted.map(\.path)))
    }
    return cases
  }
}

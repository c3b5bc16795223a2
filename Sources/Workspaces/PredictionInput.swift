public import Datasets
import FoundationEssentials
import VolumeFiles

/// The images to segment, found in folders or given one by one.
public struct PredictionInput: Sendable, Equatable {
  /// The cases, sorted by name.
  public let cases: [Case]
  /// Files that are no images of a case, with the reason.
  public let passedOver: [String]
  /// Which file was taken for which channel, one line per case, where names do not say so.
  public let assignments: [String]

  /// Finds the cases among files and folders.
  ///
  /// `CASE_0000.nii.gz`, `CASE_0001.nii.gz`, ... are the channels of one case. Files without such a number are cases of their own where the
  /// model has one channel, or where each holds all channels (the Decathlon's 4-D images); in a folder only if no file there is
  /// numbered. Otherwise as many files as the model has channels are one case, in the order given, and the first one names it.
  ///
  /// - Parameters:
  ///   - paths: Files of any format, and folders, in which files end as the model's do.
  ///   - description: The model's channels and file ending.
  /// - Throws: ``WorkspaceError`` if a path does not exist, a case lacks a channel before its last, files cannot be told to be channels,
  ///   or there is no case at all.
  public init(
    _ paths: [String], for description: DatasetDescription
  ) throws(WorkspaceError) {
    let ending = description.fileEnding ?? ".nii.gz"
    var numbered = NumberedChannels()
    var passedOver: [String] = []
    var loose: [String] = []
    for path in paths {
      var isFolder = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
        throw .input(path: path, problem: "no such file or folder; check --input")
      }
      guard isFolder else {
        if VolumeFileFormat(path: path) == nil {
          passedOver.append("\(path): passed over; no format of images ends in this way")
        } else if try !numbered.add(path, stem: Self.stem(of: path)) {
          loose.append(path)
        }
        continue
      }
      guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
        throw .input(path: path, problem: "the folder cannot be listed; check its permissions")
      }
      var plain: [String] = []
      let count = numbered.fileCount
      for name in names.filter({ !$0.hasPrefix(".") }).sorted() {
        let file = "\(path)/\(name)"
        guard name.hasSuffix(ending), name.count > ending.count else {
          passedOver.append("\(file): passed over; the model's images end in \(ending)")
          continue
        }
        if try !numbered.add(file, stem: String(name.dropLast(ending.count))) {
          plain.append(file)
        }
      }
      if numbered.fileCount == count {
        loose += plain
      } else {
        passedOver += plain.map {
          "\($0): passed over; expected a name such as CASE_0000\(ending), the number being the "
            + "channel's"
        }
      }
    }
    var cases = try numbered.cases()
    var assignments: [String] = []
    try Self.take(loose, for: description, &cases, &assignments)
    guard !cases.isEmpty else {
      throw .input(
        path: paths.first ?? "--input",
        problem: "no image found; expected names such as CASE_0000\(ending)")
    }
    var seen = Set<String>()
    for entry in cases where !seen.insert(entry.id).inserted {
      throw .input(
        path: entry.images[0],
        problem: "is one of two images that make a case \(entry.id); give each case once")
    }
    self.cases = cases.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
    self.passedOver = passedOver
    self.assignments = assignments
  }

  /// Cases from files whose names say nothing about channels.
  private static func take(
    _ files: [String], for description: DatasetDescription, _ cases: inout [Case],
    _ assignments: inout [String]
  ) throws(WorkspaceError) {
    let names = description.channelNames
    guard names.count > 1, !files.isEmpty else {
      cases += files.map { Case(id: stem(of: $0), images: [$0]) }
      return
    }
    var counts: [Int] = []
    for file in files {
      do throws(VolumeFileError) {
        counts.append(try VolumeHeader(contentsOf: file).channelCount)
      } catch {
        throw .volume(error)
      }
    }
    if counts.allSatisfy({ $0 == names.count }) {
      cases += files.map { Case(id: stem(of: $0), images: [$0]) }
    } else if files.count == names.count, counts.allSatisfy({ $0 == 1 }) {
      cases.append(Case(id: stem(of: files[0]), images: files))
      assignments.append(
        "case \(stem(of: files[0])): "
          + zip(names, files).map { "\($0) is \($1)" }.joined(separator: ", "))
    } else {
      throw .input(
        path: files[0],
        problem:
          "the model has \(names.count) channels (\(names.joined(separator: ", "))), and the "
          + "\(files.count == 1 ? "file is" : "\(files.count) files are") not told to be these; name "
          + "them CASE_0000, CASE_0001, ..., or give the files of one case in this order")
    }
  }

  /// A file's name without its folder and ending.
  private static func stem(of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let endings = VolumeFileFormat.allCases.flatMap(\.endings)
      .filter { name.lowercased().hasSuffix($0) }
    return String(name.dropLast(endings.map(\.count).max() ?? 0))
  }
}

/// Files whose names end in the number of a channel.
private struct NumberedChannels {
  private var channels: [String: [Int: String]] = [:]
  private(set) var fileCount = 0

  /// Takes a file if its name has a number.
  ///
  /// - Parameters:
  ///   - file: The path.
  ///   - stem: Its name without the ending.
  /// - Returns: Whether it has one.
  /// - Throws: ``WorkspaceError`` if the case has this channel already.
  mutating func add(_ file: String, stem: String) throws(WorkspaceError) -> Bool {
    let digits = stem.suffix(4)
    guard stem.count > 5, digits.allSatisfy({ ("0"..."9").contains($0) }),
      stem.dropLast(4).last == "_", let channel = Int(digits)
    else { return false }
    let id = String(stem.dropLast(5))
    if let other = channels[id]?[channel] {
      throw .input(
        path: file,
        problem: "is channel \(channel) of case \(id), as is \(other); give each case once")
    }
    channels[id, default: [:]][channel] = file
    fileCount += 1
    return true
  }

  /// The cases, in no order.
  func cases() throws(WorkspaceError) -> [Case] {
    var cases: [Case] = []
    for (id, files) in channels.sorted(by: { $0.key < $1.key }) {
      let numbers = files.keys.sorted()
      let paths = numbers.compactMap { files[$0] }
      // Channels that moved up into a gap would be taken for others.
      if let missing = numbers.indices.first(where: { numbers[$0] != $0 }) {
        throw .input(
          path: paths[missing],
          problem: "case \(id) has no channel \(missing) before it; add that image, or leave the "
            + "case out")
      }
      cases.append(Case(id: id, images: paths))
    }
    return cases
  }
}

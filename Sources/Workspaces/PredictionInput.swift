public import Datasets
import FoundationEssentials

/// The images to segment, found in folders or given one by one.
public struct PredictionInput: Sendable, Equatable {
  /// The cases, sorted by name.
  public let cases: [Case]
  /// Files that are no images of a case, with the reason.
  public let passedOver: [String]

  /// Finds the cases among files and folders.
  ///
  /// `CASE_0000.nii.gz`, `CASE_0001.nii.gz`, ... are the channels of one case. For a model of one channel a single file that is given by
  /// its own name needs no number.
  ///
  /// - Parameters:
  ///   - paths: Files and folders.
  ///   - description: The model's channels and file ending.
  /// - Throws: ``WorkspaceError`` if a path does not exist, a case lacks a channel before its last, or there is no case at all.
  public init(
    _ paths: [String], for description: DatasetDescription
  ) throws(WorkspaceError) {
    let ending = description.fileEnding ?? ".nii.gz"
    var channels: [String: [Int: String]] = [:]
    var passedOver: [String] = []
    for path in paths {
      var isFolder = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
        throw .input(path: path, problem: "no such file or folder; check --input")
      }
      var files = [path]
      if isFolder {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
          throw .input(path: path, problem: "the folder cannot be listed; check its permissions")
        }
        files = names.filter { !$0.hasPrefix(".") }.sorted().map { "\(path)/\($0)" }
      }
      for file in files {
        let name = file.split(separator: "/").last.map(String.init) ?? file
        guard name.hasSuffix(ending), name.count > ending.count else {
          passedOver.append("\(file): passed over; the model's images end in \(ending)")
          continue
        }
        let stem = String(name.dropLast(ending.count))
        if let (id, channel) = Self.caseAndChannel(stem) {
          if let other = channels[id]?[channel] {
            throw .input(
              path: file,
              problem: "is channel \(channel) of case \(id), as is \(other); "
                + "give each case once")
          }
          channels[id, default: [:]][channel] = file
        } else if !isFolder, description.channelNames.count == 1 {
          channels[stem, default: [:]][0] = file
        } else {
          passedOver.append(
            "\(file): passed over; expected a name such as CASE_0000\(ending), the number being "
              + "the channel's")
        }
      }
    }
    guard !channels.isEmpty else {
      throw .input(
        path: paths.first ?? "--input",
        problem: "no image found; expected names such as CASE_0000\(ending)")
    }
    var cases: [Case] = []
    for id in channels.keys.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      let files = channels[id] ?? [:]
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
    self.cases = cases
    self.passedOver = passedOver
  }

  /// The case and channel of a name such as `case_0001`.
  private static func caseAndChannel(_ stem: String) -> (id: String, channel: Int)? {
    let digits = stem.suffix(4)
    guard stem.count > 5, digits.allSatisfy({ ("0"..."9").contains($0) }),
      stem.dropLast(4).last == "_", let channel = Int(digits)
    else { return nil }
    return (String(stem.dropLast(5)), channel)
  }
}

public import Datasets
import FoundationEssentials
import VolumeFiles

/// The images to segment, found in folders or given one by one.
public struct PredictionInput: Sendable, Equatable {
  /// The cases, sorted by name.
  public let cases: [Case]
  /// Files that are no images of a case, with the reason.
  public let passedOver: [String]
  /// Which file was taken for which channel or case, in lines, where names do not say so.
  public let assignments: [String]

  /// Finds the cases among files and folders.
  ///
  /// `CASE_0000.nii.gz`, `CASE_0001.nii.gz`, ... are the channels of one case. Files without such a number are cases of their own where the
  /// model has one channel, or where each holds all channels (the Decathlon's 4-D images); in a folder only if no file there is
  /// numbered. Otherwise as many files as the model has channels are one case, in the order given, and the first one names it.
  ///
  /// Four digits are part of a case's name where no name ends in `_0000` and the model has one channel, and where each file holds all
  /// channels.
  ///
  /// - Parameters:
  ///   - paths: Files of any format, and folders, in which files end as the model's do.
  ///   - description: The model's channels and file ending.
  /// - Throws: ``WorkspaceError`` if a path does not exist, a case lacks a channel before its last, files cannot be told to be channels or
  ///   cases, or there is no case at all.
  public init(
    _ paths: [String], for description: DatasetDescription
  ) throws(WorkspaceError) {
    let ending = description.fileEnding ?? ".nii.gz"
    let names = description.channelNames
    var numbered = NumberedFiles()
    var passedOver: [String] = []
    var loose: [String] = []
    // Files beside numbered ones.
    var strangers: [String] = []
    for path in paths {
      var isFolder = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
        throw .input(path: path, problem: "no such file or folder; check --input")
      }
      guard isFolder else {
        if VolumeFileFormat(path: path) == nil {
          passedOver.append("\(path): passed over; no format of images ends in this way")
        } else if !numbered.add(path, stem: Self.stem(of: path)) {
          loose.append(path)
        }
        continue
      }
      let count = numbered.files.count
      var plain: [String] = []
      for file in try Self.files(in: path) {
        guard file.hasSuffix(ending), file.utf8.count > path.utf8.count + 1 + ending.utf8.count
        else {
          passedOver.append("\(file): passed over; the model's images end in \(ending)")
          continue
        }
        let stem = file.dropFirst(path.count + 1).dropLast(ending.count)
        if !numbered.add(file, stem: String(stem)) { plain.append(file) }
      }
      if numbered.files.count == count { loose += plain } else { strangers += plain }
    }
    var cases: [Case] = []
    var assignments: [String] = []
    switch try numbered.meaning(forChannels: names.count) {
    case .channels:
      cases = try numbered.casesOfChannels()
      passedOver += strangers.map {
        "\($0): passed over; expected a name such as CASE_0000\(ending), the number being the "
          + "channel's"
      }
    case .names:
      let files = numbered.files.map(\.path)
      loose += files + strangers
      assignments.append(
        (names.count == 1 ? "no name ends in _0000" : "every file holds all channels")
          + ": numbers are taken for parts of names, as in case \(Self.stem(of: files[0]))")
    }
    try Self.take(loose, for: names, &cases, &assignments)
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

  /// The paths of a folder's entries but hidden ones, sorted.
  private static func files(in folder: String) throws(WorkspaceError) -> [String] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw .input(path: folder, problem: "the folder cannot be listed; check its permissions")
    }
    return names.filter { !$0.hasPrefix(".") }.sorted().map { "\(folder)/\($0)" }
  }

  /// Cases from files whose names say nothing about channels.
  private static func take(
    _ files: [String], for names: [String], _ cases: inout [Case], _ assignments: inout [String]
  ) throws(WorkspaceError) {
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

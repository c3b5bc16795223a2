import FileOutput
import VolumeFiles
import Volumes

#if canImport(Glibc)
  import Glibc
#endif

/// Writes the files of one case into nnU-Net's folders.
struct CaseConversion {
  /// How the files came about.
  struct Counts: Sendable {
    var unchanged = 0
    var split = 0
    var reencoded = 0
  }

  private let entry: Case
  private let root: String
  private let part: String
  private let ending: String
  private let settings: DatasetConversion.Settings
  private var counts = Counts()

  /// - Parameters:
  ///   - entry: The case.
  ///   - root: The new dataset's folder.
  ///   - part: `Tr` or `Ts`.
  ///   - ending: How the new names end.
  ///   - settings: How to convert.
  init(
    _ entry: Case, into root: String, part: String, ending: String,
    _ settings: DatasetConversion.Settings
  ) {
    self.entry = entry
    self.root = root
    self.part = part
    self.ending = ending
    self.settings = settings
  }

  consuming func run() throws(DatasetError) -> Counts {
    var channel = 0
    for path in entry.images {
      channel += try convertImage(path, firstChannel: channel)
    }
    if let labels = entry.labels { try convertLabels(labels) }
    return counts
  }

  /// Converts an image; returns how many channels it has.
  private mutating func convertImage(
    _ path: String, firstChannel: Int
  ) throws(DatasetError) -> Int {
    let header = try header(of: path)
    func target(_ channel: Int) -> String {
      let suffix = FileName.channelSuffix(firstChannel + channel)
      return "\(root)/images\(part)/\(entry.id)\(suffix)\(ending)"
    }
    let targets = (0..<header.channelCount).map(target)
    if isAsWanted(path), header.channelCount == 1 || header.format == .png {
      try takeOver(path, as: targets[0], header)
    } else if header.format == .nifti, isNIfTI(ending), let series = try? NIfTISeries(path) {
      try wrapped { () throws(VolumeFileError) in try series.write(to: targets) }
      counts.split += targets.count
    } else {
      try wrapped { () throws(VolumeFileError) in
        for (volume, target) in zip(try ImageFile(contentsOf: path).channels, targets) {
          try volume.write(to: target)
        }
      }
      counts.reencoded += targets.count
    }
    return header.channelCount
  }

  private mutating func convertLabels(_ path: String) throws(DatasetError) {
    let header = try header(of: path)
    let target = "\(root)/labels\(part)/\(entry.id)\(ending)"
    if isAsWanted(path) {
      try takeOver(path, as: target, header)
    } else if header.format == .nifti, isNIfTI(ending), header.channelCount == 1,
      let series = try? NIfTISeries(path)
    {
      try wrapped { () throws(VolumeFileError) in try series.write(to: [target]) }
      counts.split += 1
    } else {
      try wrapped { () throws(VolumeFileError) in
        try LabelMap(contentsOf: path).write(to: target)
      }
      counts.reencoded += 1
    }
  }

  private func isAsWanted(_ path: String) -> Bool {
    FileName.ending(of: path).lowercased() == ending
  }

  private func isNIfTI(_ ending: String) -> Bool { ending.hasPrefix(".nii") }

  private func header(of path: String) throws(DatasetError) -> VolumeHeader {
    if settings.shouldStop() { throw .interrupted }
    return try wrapped { () throws(VolumeFileError) in try VolumeHeader(contentsOf: path) }
  }

  /// Copies or links a file, and writes down the spacing that a TIFF stack cannot hold.
  private mutating func takeOver(
    _ path: String, as target: String, _ header: VolumeHeader
  ) throws(DatasetError) {
    switch settings.files {
    case .copy:
      do throws(FileOutputError) { try copyFile(path, to: target) } catch {
        throw .conversion(error)
      }
    case .link:
      guard let whole = realpath(path, nil) else {
        throw .unreadable(path: path, reason: String(cString: strerror(errno)))
      }
      defer { free(whole) }
      guard symlink(whole, target) == 0 else {
        throw .unwritable(path: target, reason: String(cString: strerror(errno)))
      }
    }
    counts.unchanged += 1
    guard header.format == .tiff else { return }
    let spacing = header.geometry.spacing
    let sidecar = "\(FileName.folder(of: target))/\(entry.id).json"
    do throws(FileOutputError) {
      try writeAtomically(
        "{\"spacing\": [\(spacing.z), \(spacing.y), \(spacing.x)]}\n", to: sidecar)
    } catch {
      throw .conversion(error)
    }
  }

  private func wrapped<Value>(
    _ body: () throws(VolumeFileError) -> Value
  ) throws(DatasetError) -> Value {
    do throws(VolumeFileError) { return try body() } catch {
      throw .unreadableCase(id: entry.id, problem: error.description)
    }
  }
}

import FileOutput
import VolumeFiles
import Volumes

/// What every case of a dataset should look like; nil where `dataset.json` does not say.
struct CaseExpectations: Sendable {
  var channelNames: [String]?
  var labels: LabelSet?
}

/// What is wrong with the files of one case, and what a comparison of cases needs.
struct CaseFindings: Sendable {
  private(set) var problems: [DatasetCheck.Problem] = []
  /// For every image that could be read and is not constant, a digest that equal images share.
  private(set) var images: [(path: String, digest: String)] = []
  /// Digest that equal cases share, or nil if an image could not be read.
  private(set) var digest: String?
  /// Labels that occur, or nil if the file could not be read.
  private(set) var labels: [Int]?

  init(_ entry: Case, expected: CaseExpectations, gridTolerance: Double) {
    var channelCount: Int? = 0
    var grid: Geometry?
    var digests: [String] = []
    for path in entry.images {
      guard let image = read(path, ImageFile.init(contentsOf:)) else {
        channelCount = nil
        continue
      }
      channelCount = channelCount.map { $0 + image.channels.count }
      digests.append(inspect(image, path: path))
      if let grid {
        compare(image.geometry, with: grid, path: path, tolerance: gridTolerance)
      } else {
        grid = image.geometry
        if let problem = CaseImages.problem(withSpacing: image.geometry.spacing) {
          note(path, problem)
        }
      }
    }
    if let channelCount {
      digest = digests.joined(separator: " ")
      if let names = expected.channelNames, names.count != channelCount {
        note(
          entry.images.first ?? entry.id,
          "wrong channel count: expected \(names.count) (\(names.joined(separator: ", "))), "
            + "found \(channelCount) in case \(entry.id)")
      }
    }
    guard let path = entry.labels else {
      note(entry.id, "the case has no label file")
      return
    }
    guard let map = read(path, LabelMap.init(contentsOf:)) else { return }
    if let grid { compare(map.geometry, with: grid, path: path, tolerance: gridTolerance) }
    inspect(LabelValues(of: map.labels), path: path, expected: expected.labels)
  }

  private mutating func read<File>(
    _ path: String, _ open: (String) throws(VolumeFileError) -> File
  ) -> File? {
    guard Folder.exists(path) else {
      note(path, "missing file")
      return nil
    }
    do throws(VolumeFileError) { return try open(path) } catch {
      problems.append(.init(error.description, file: path))
      return nil
    }
  }

  private mutating func note(
    _ path: String, _ what: String, _ severity: DatasetCheck.Problem.Severity = .error
  ) {
    problems.append(.init(file: path, what: what, severity: severity))
  }

  /// Looks at every voxel; returns a digest that equal images share.
  private mutating func inspect(_ image: ImageFile, path: String) -> String {
    var digest = ByteDigest()
    var (nans, infinities) = (0, 0)
    var isConstant = true
    for channel in image.channels {
      let first = channel.voxels.first
      var differs = false
      channel.voxels.withUnsafeBufferPointer { voxels in
        for voxel in voxels {
          if !voxel.isFinite {
            if voxel.isNaN { nans += 1 } else { infinities += 1 }
          }
          if voxel != first { differs = true }
        }
        digest.add(UnsafeRawBufferPointer(voxels))
      }
      if differs { isConstant = false }
    }
    if nans > 0 {
      note(
        path, "\(Self.voxels(nans, "are", "is")) NaN; replace them by a meaningful value such as 0")
    }
    if infinities > 0 {
      note(
        path, "\(Self.voxels(infinities, "are", "is")) infinite; replace them by a meaningful value"
      )
    }
    if isConstant {
      note(path, "all voxels have the same value", .warning)
    } else {
      images.append((path, digest.text))
    }
    return digest.text
  }

  private mutating func compare(
    _ grid: Geometry, with first: Geometry, path: String, tolerance: Double
  ) {
    if let problem = grid.difference(fromFirst: first, tolerance: tolerance) { note(path, problem) }
  }

  private mutating func inspect(_ values: LabelValues, path: String, expected: LabelSet?) {
    let present = values.present
    labels = present
    let ignored = expected?.ignoreLabel
    if !present.contains(where: { $0 != 0 && $0 != ignored }) {
      note(path, "empty: no voxel has a label other than background", .warning)
    }
    guard let expected else { return }
    let strange = present.filter { !expected.permittedValues.contains($0) }
    if !strange.isEmpty {
      let found = strange.prefix(10).map { "\($0) (\(Self.voxels(values[$0])))" }
      note(
        path,
        "labels not in dataset.json: " + found.joined(separator: ", ")
          + (strange.count > 10 ? " and \(strange.count - 10) more" : "") + "; expected "
          + expected.permittedValues.map(String.init).joined(separator: ", "))
    }
  }

  /// A number of voxels, with the verb that fits it.
  private static func voxels(
    _ count: Int, _ plural: String = "", _ singular: String = ""
  ) -> String {
    let verb = count == 1 ? singular : plural
    return "\(count) voxel\(count == 1 ? "" : "s")" + (verb.isEmpty ? "" : " " + verb)
  }
}

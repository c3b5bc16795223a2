import Parallelism
import VolumeFiles
import Volumes

extension DatasetConversion {
  /// Everything that would make the new folder wrong, found from names and headers only.
  ///
  /// - Parameter gridTolerance: How far grids of one case may lie apart, as a part of the image's
  ///   smallest spacing.
  /// - Returns: The problems, none if the conversion may begin.
  public func problems(
    gridTolerance: Double = DatasetCheck.Settings().gridTolerance
  ) -> [DatasetCheck.Problem] {
    var problems = [training, tests].flatMap(Case.nameProblems).map { problem(source.path, $0) }
    if training.isEmpty { problems.append(problem(source.path, "no case has labels")) }
    let all = training + tests
    return problems
      + parallelMap(all.count) { self.problems(of: all[$0], gridTolerance: gridTolerance) }.joined()
  }

  private func problem(_ file: String, _ what: String) -> DatasetCheck.Problem {
    .init(file: file, what: what, severity: .error)
  }

  /// What the headers of a case's files show.
  private func problems(of entry: Case, gridTolerance: Double) -> [DatasetCheck.Problem] {
    var problems: [DatasetCheck.Problem] = []
    var grid: Geometry?
    var channels: Int? = 0
    for path in entry.images + (entry.labels.map { [$0] } ?? []) {
      guard Folder.exists(path) else {
        problems.append(problem(path, "missing file"))
        channels = nil
        continue
      }
      let header: VolumeHeader
      do throws(VolumeFileError) { header = try VolumeHeader(contentsOf: path) } catch {
        problems.append(.init(error.description, file: path))
        channels = nil
        continue
      }
      if path != entry.labels { channels = channels.map { $0 + header.channelCount } }
      guard let first = grid else {
        grid = header.geometry
        continue
      }
      if let difference = header.geometry.difference(fromFirst: first, tolerance: gridTolerance) {
        problems.append(problem(path, difference))
      }
    }
    let expected = source.description.channelNames
    if let channels, channels != expected.count {
      problems.append(
        problem(
          entry.images.first ?? source.path,
          "wrong channel count: expected \(expected.count) (\(expected.joined(separator: ", "))), "
            + "found \(channels) in case \(entry.id)"))
    }
    return problems
  }
}

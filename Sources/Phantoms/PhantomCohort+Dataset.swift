import FileOutput
import Glibc
import JSONDocuments
import Parallelism
import VolumeFiles
import Volumes

extension PhantomCohort {
  /// The name that the cohort's `dataset.json` gives.
  public static let datasetName = "Phantoms"

  /// Writes the cohort as a dataset folder.
  ///
  /// Training cases go to `imagesTr` and `labelsTr`, both groups of test cases to `imagesTs` and
  /// `labelsTs`, as `.nii.gz`. Beside them stand `dataset.json` and `cohorts.csv`, which names
  /// every case's group. Files of the same names are replaced, others left alone.
  ///
  /// - Parameter folder: Where to write; it is made if need be.
  /// - Throws: ``PhantomError/unwritable(path:reason:)``.
  /// - Complexity: About a tenth of a second per case and thread; holds one case per thread.
  /// - Source: nnU-Net v2's dataset format.
  public func write(to folder: String) throws(PhantomError) {
    for path in [folder]
      + ["imagesTr", "labelsTr", "imagesTs", "labelsTs"].map({ folder + "/" + $0 })
    {
      do throws(FileOutputError) { try createFolder(path) } catch {
        throw .unwritable(path: path, reason: error.description)
      }
    }
    var results = [Result<Void, PhantomError>](repeating: .success(()), count: members.count)
    results.withUnsafeMutableBufferPointer { buffer in
      // Every index writes to its own element.
      nonisolated(unsafe) let buffer = buffer
      parallelFor(members.count) { index in
        buffer[index] = Result { () throws(PhantomError) in
          try write(members[index], to: folder)
        }
      }
    }
    for result in results { try result.get() }
    try write(text: datasetDescription.text(.indented(4)), to: folder + "/dataset.json")
    try write(text: cohortTable, to: folder + "/cohorts.csv")
  }

  private func write(_ member: Member, to folder: String) throws(PhantomError) {
    let phantom = makeCase(member)
    let ending = member.group == .training ? "Tr" : "Ts"
    for (index, channel) in phantom.channels.enumerated() {
      try volume("\(folder)/images\(ending)/\(member.name)_000\(index).nii.gz") {
        (path) throws(VolumeFileError) in try channel.write(to: path)
      }
    }
    try volume("\(folder)/labels\(ending)/\(member.name).nii.gz") {
      (path) throws(VolumeFileError) in try phantom.labels.write(to: path)
    }
  }

  private func volume(
    _ path: String, _ body: (String) throws(VolumeFileError) -> Void
  ) throws(PhantomError) {
    do throws(VolumeFileError) {
      try body(path)
    } catch {
      throw .unwritable(path: path, reason: "\(error)")
    }
  }

  private func write(text: String, to path: String) throws(PhantomError) {
    do throws(FileOutputError) {
      try writeAtomically(text, to: path)
    } catch {
      throw .unwritable(path: path, reason: error.description)
    }
  }

  private var datasetDescription: JSONValue {
    var channels = JSONObject()
    for (index, name) in Self.channelNames.enumerated() { channels["\(index)"] = .string(name) }
    var labels = JSONObject()
    for (index, name) in Self.labelNames.enumerated() { labels[name] = .integer(index) }
    return [
      "name": .string(Self.datasetName),
      "description": "Made-up abdominal MR examinations; they say nothing about patients.",
      "channel_names": .object(channels), "labels": .object(labels),
      "numTraining": .integer(members.count { $0.group == .training }), "file_ending": ".nii.gz",
    ]
  }

  /// Every case and its group, one a line.
  private var cohortTable: String {
    "case,cohort\n" + members.map { "\($0.name),\($0.group.rawValue)\n" }.joined()
  }
}

import Datasets
import FileOutput
import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes
import Workspaces

@Suite struct WorkspaceGroupsTests {
  /// A folder of two cases with this `dataset.json`.
  private func makeDataset(_ name: String, in folder: String, _ document: String) throws -> String {
    let path = "\(folder)/\(name)"
    let geometry = Geometry(extent: Extent(x: 4, y: 4, z: 4))
    for part in ["imagesTr", "labelsTr"] {
      try FileManager.default.createDirectory(
        atPath: "\(path)/\(part)", withIntermediateDirectories: true)
    }
    for number in 0..<2 {
      try Volume(voxels: (0..<64).map { Float($0 + number) }, geometry: geometry).write(
        to: "\(path)/imagesTr/\(name)\(number)_0000.nii.gz")
      try LabelMap(labels: (0..<64).map { $0 % 2 }, geometry: geometry).write(
        to: "\(path)/labelsTr/\(name)\(number).nii.gz")
    }
    try writeAtomically(document, to: "\(path)/dataset.json")
    return path
  }

  /// A dataset that cannot be opened is not blamed for the groups of the one before.
  @Test func groupsBelongToTheirDataset() throws {
    let folder = try TemporaryFolder()
    let sound =
      #"{"channel_names": {"0": "MR"}, "labels": {"background": 0, "a": 1}, "numTraining": 2, "file_ending": ".nii.gz"}"#
    let first = try makeDataset("first", in: folder.path, sound)
    let second = try makeDataset("second", in: folder.path, #"{"channel_names": {"0": "MR"}}"#)
    let groups = "\(folder.path)/groups.csv"
    try writeAtomically("case,group\nfirst0,x\nfirst1,x\n", to: groups)
    let workspace = Workspace("\(folder.path)/w")
    #expect(try workspace.dataset(first, groups: groups).groups == ["first0": "x", "first1": "x"])
    #expect(try workspace.dataset(first).groups.count == 2)
    let error = #expect(throws: WorkspaceError.self) { try workspace.dataset(second) }
    guard case .problems(_, let lines, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(!lines.contains { $0.contains("groups.csv") }, "\(lines)")
  }

  /// Folds are not made anew without the groups that were given once.
  @Test func aTableThatIsGoneIsNamed() throws {
    let folder = try TemporaryFolder()
    let dataset = try makeDataset(
      "first", in: folder.path,
      #"{"channel_names": {"0": "MR"}, "labels": {"background": 0, "a": 1}, "numTraining": 2, "file_ending": ".nii.gz"}"#
    )
    let groups = "\(folder.path)/groups.csv"
    try writeAtomically("case,group\nfirst0,x\nfirst1,x\n", to: groups)
    let workspace = Workspace("\(folder.path)/w")
    _ = try workspace.dataset(dataset, groups: groups)
    try FileManager.default.removeItem(atPath: groups)
    let error = #expect(throws: WorkspaceError.self) { try workspace.dataset(dataset) }
    guard case .input(groups, let problem) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(problem.contains("is gone") && problem.contains("--groups"))
    let other = "\(folder.path)/other.csv"
    try writeAtomically("case,group\nfirst0,y\nfirst1,z\n", to: other)
    #expect(try workspace.dataset(dataset, groups: other).groups["first1"] == "z")
    #expect(try workspace.dataset(dataset).groups["first1"] == "z")
  }
}

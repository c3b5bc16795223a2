import Datasets
import FileOutput
import Phantoms
import Synchronization
import TestSupport
import Testing
import VolumeFiles
import Volumes
import Workspaces

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct WorkspaceTests {
  /// Messages of a workspace.
  private final class Messages: Sendable {
    let lines = Mutex<[String]>([])
    var observer: StepObserver {
      StepObserver(message: { [self] text in lines.withLock { $0.append(text) } })
    }
  }

  private func dataset(_ names: [String], in folder: String) throws -> Dataset {
    Dataset(
      name: "d", folder: folder,
      description: DatasetDescription(
        channelNames: ["T1"],
        labels: try LabelSet(structures: [
          .init(name: "background", labels: [0]), .init(name: "a", labels: [1]),
        ]), numTraining: names.count, fileEnding: ".nii.gz"),
      cases: names.map { Case(id: $0, images: ["\($0)_0000.nii.gz"], labels: "\($0).nii.gz") })
  }

  @Test func casesThatNoFoldHasAreTold() throws {
    let folder = try TemporaryFolder()
    let messages = Messages()
    let workspace = Workspace(folder.path, observer: messages.observer)
    let names = (0..<6).map { "c\($0)" }
    _ = try workspace.split(.number(0), of: try dataset(Array(names.prefix(5)), in: folder.path))
    messages.lines.withLock { $0.removeAll() }
    let split = try workspace.split(.number(7), of: try dataset(names, in: folder.path))
    #expect(split.training.count == 4 && split.validation.count == 2)
    let splits = "\(folder.path)/splits_final.json"
    #expect(
      messages.lines.withLock { $0 } == [
        "\(splits) leaves out 1 cases of the dataset, such as c5; remove it to split anew",
        "\(splits) has 5 folds; fold 7 is a random split of 80 to 20",
      ])
  }

  @Test func checkLooksAtTheDatasetItIsGiven() throws {
    let folder = try TemporaryFolder()
    let geometry = Geometry(extent: Extent(x: 4, y: 4, z: 4))
    var image = Volume<Float>(repeating: 1, geometry: geometry)
    image[0, 0, 0] = 2
    try image.write(to: "\(folder.path)/i.nii.gz")
    try LabelMap(labels: (0..<64).map { UInt16($0 % 2) }, geometry: geometry)
      .write(to: "\(folder.path)/l.nii.gz")
    try writeAtomically("case,T1,label\na,i.nii.gz,l.nii.gz\n", to: "\(folder.path)/t.csv")
    let workspace = Workspace("\(folder.path)/w")
    // A table that the workspace has never seen, opened by the caller.
    #expect(try workspace.check(Dataset(contentsOf: "\(folder.path)/t.csv")))
  }

  @Test func demonstrationLeavesOtherDatasetsAlone() throws {
    let folder = try TemporaryFolder()
    mkdir("\(folder.path)/dataset", 0o755)
    try writeAtomically("{\"name\": \"mine\"}", to: "\(folder.path)/dataset/dataset.json")
    #expect(throws: WorkspaceError.self) {
      try Demonstration(.quick, in: folder.path).run()
    }
    #expect(access("\(folder.path)/dataset/imagesTr", F_OK) != 0)
  }
}

import Datasets
import FileOutput
import Foundation
import Synchronization
import TestSupport
import Testing
import Workspaces

/// Which networks of the first stage make the masks for the second one.
@Suite struct CascadeFoldTests {
  /// Messages of a workspace.
  private final class Messages: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    var observer: StepObserver {
      StepObserver(message: { [self] text in lines.withLock { $0.append(text) } })
    }
  }

  private static let names = (0..<7).map { "c\($0)" }

  private func dataset(in folder: String) throws -> Dataset {
    Dataset(
      name: "d", folder: folder,
      description: DatasetDescription(
        channelNames: ["T1"],
        labels: try LabelSet(structures: [
          .init(name: "background", labels: [0]), .init(name: "a", labels: [1]),
        ]), numTraining: 7, fileEnding: ".nii.gz"),
      cases: Self.names.map {
        Case(id: $0, images: ["\($0)_0000.nii.gz"], labels: "\($0).nii.gz")
      })
  }

  private func finish(_ fold: String, in folder: String) throws {
    let path = "\(folder)/models/3d_lowres/fold_\(fold)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try writeAtomically("weights", to: "\(path)/checkpoint_final.safetensors")
  }

  @Test func everyCaseIsMadeByTheFoldThatHasNotSeenIt() throws {
    let folder = try TemporaryFolder()
    let messages = Messages()
    let workspace = Workspace(folder.path, observer: messages.observer)
    let dataset = try dataset(in: folder.path)
    func folds(_ names: [String]) throws -> [(fold: Fold, cases: [String])] {
      try workspace.previousStageFolds(
        of: "3d_cascade_fullres", after: "3d_lowres", for: names, in: dataset)
    }
    let splits = try CrossValidationSplits(cases: Self.names)
    let error = #expect(throws: WorkspaceError.self) { try folds(Self.names) }
    guard case .previousStage(_, _, let missing, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(missing == [0, 1, 2, 3, 4])

    for fold in 0..<4 { try finish("\(fold)", in: folder.path) }
    let most = splits.splits[..<4].flatMap(\.validation).sorted()
    let found = try folds(most)
    #expect(found.map(\.fold) == (0..<4).map { .number($0) })
    #expect(found.map(\.cases) == splits.splits[..<4].map { $0.validation.sorted() })
    #expect(throws: WorkspaceError.self) { try folds(Self.names) }
    #expect(!messages.all.contains { $0.contains("masks") })

    // A network that has seen the cases makes the rest, and that is said.
    try finish("all", in: folder.path)
    let whole = try folds(Self.names)
    #expect(whole.map(\.fold) == (0..<4).map { .number($0) } + [.all])
    #expect(whole.last?.cases == splits.splits[4].validation)
    #expect(messages.all.last?.contains("the masks of 1 cases") == true)
  }
}

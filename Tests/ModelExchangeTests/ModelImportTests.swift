import Datasets
import Foundation
import Inference
import ModelExchange
import TestSupport
import Testing
import TorchCheckpoints
import ZipArchives

@Suite struct ModelImportTests {
  @Test(arguments: Fixture.all) func logitsAreThoseOfNNUNet(fixture: Fixture) throws {
    // The folder as it is.
    let original = try ModelFolder(fixture.path)
    #expect(original.folds(with: .final) == [fixture.fold])
    let direct = try original.weights(of: fixture.fold, .final)
    #expect(try fixture.logitError(of: direct) < 1e-5)
    // The imported model.
    let folder = try TemporaryFolder()
    let model = try ModelImport(fixture.path).write(to: folder.path + "/model")
    #expect(model.folds(with: .final) == [fixture.fold] && model.folds(with: .best).isEmpty)
    let weights = try model.weights(of: fixture.fold, .final)
    #expect(try fixture.logitError(of: weights) < 1e-5)
    #expect(weights.mirrorAxes == (fixture.name == "plain" ? [0, 1, 2] : []))
    #expect(folder.names == ["model"])
    let files = try FileManager.default.subpathsOfDirectory(atPath: model.path).sorted()
    #expect(
      files == [
        "dataset.json", "fold_\(fixture.fold)",
        "fold_\(fixture.fold)/checkpoint_final.safetensors", "plans.json",
      ])
    #expect(
      try bytes(ofFile: model.path + "/plans.json") == bytes(ofFile: fixture.path + "/plans.json"))
  }

  @Test func archivesAreImported() throws {
    let folder = try TemporaryFolder()
    let archive = folder.path + "/model.zip"
    var writer = try ZipWriter(replacing: archive)
    for (fixture, configuration) in [(Fixture.plain, "3d_fullres"), (.residual, "2d")] {
      let prefix = "Dataset001_Tiny/nnUNetTrainer__nnUNetPlans__\(configuration)"
      for name in ["plans.json", "dataset.json", "fold_\(fixture.fold)/checkpoint_final.pth"] {
        try writer.add("\(prefix)/\(name)", bytes(ofFile: "\(fixture.path)/\(name)"))
      }
      try writer.add("\(prefix)/fold_\(fixture.fold)/progress.png", [1, 2, 3])
    }
    try writer.finish()
    expect(["2 models", "--configuration"], in: folder, leaving: ["model.zip"]) {
      try ModelImport(archive).write(to: folder.path + "/model")
    }
    expect(["3d_lowres"], in: folder, leaving: ["model.zip"]) {
      try ModelImport(archive, configuration: "3d_lowres").write(to: folder.path + "/model")
    }
    let model = try ModelImport(archive, configuration: "2d").write(to: folder.path + "/model")
    #expect(try Fixture.residual.logitError(of: model.weights(of: .all, .final)) < 1e-5)
    #expect(folder.names == ["model", "model.zip"])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: model.path).sorted() == [
        "dataset.json", "fold_all", "plans.json",
      ])
  }

  @Test func hostileArchivesAreRefused() throws {
    let folder = try TemporaryFolder()
    let archive = folder.path + "/model.zip"
    var writer = try ZipWriter(replacing: archive)
    try writer.add("m/plans.json", bytes(ofFile: Fixture.plain.path + "/plans.json"))
    try writer.add("m/fold_0/checkpoint_final.pth", Array(repeating: 0, count: 10_000_000))
    try writer.finish()
    expect(["checkpoint_final.pth", "10000000 bytes"], in: folder, leaving: ["model.zip"]) {
      try ModelImport(archive).write(to: folder.path + "/model")
    }
  }

  /// What is wrong with a file of an archive names the archive, not the folder it was unpacked to.
  @Test func filesOfArchivesAreNamedByTheArchive() throws {
    let folder = try TemporaryFolder()
    let archive = folder.path + "/model.zip"
    var writer = try ZipWriter(replacing: archive)
    for name in ["plans.json", "dataset.json"] {
      try writer.add("m/\(name)", bytes(ofFile: "\(Fixture.plain.path)/\(name)"))
    }
    try writer.add("m/fold_0/checkpoint_final.pth", Array("no checkpoint".utf8))
    try writer.finish()
    let error = #expect(throws: ModelExchangeError.self) {
      try ModelImport(archive).write(to: folder.path + "/model")
    }
    let line = error?.description ?? ""
    #expect(line.hasPrefix("\(archive) is no model of nnU-Net v2: fold_0/checkpoint_final.pth"))
    #expect(!line.contains(".partial"), "\(line)")
    #expect(folder.names == ["model.zip"])
  }

  @Test func weightsThatDoNotFitAreNamed() throws {
    let name = "encoder.stages.0.0.convs.1.conv.weight"
    typealias Weights = [(name: String, storage: TorchStorage)]
    let changes: [(parts: [String], change: (inout Weights) -> Void)] = [
      ([name, "no entry"], { $0.removeAll { $0.name == name } }),
      (
        ["encoder.norm.running_mean", "and 1 more", "network of its own"],
        {
          for name in ["encoder.norm.running_mean", "encoder.norm.running_var"] {
            $0.append((name, TorchStorage(shape: [1], floats: [0])))
          }
        }
      ),
      (
        [name, "[4, 4, 3, 9]", "[4, 4, 1, 3, 3]"],
        { weights in
          for index in weights.indices where weights[index].name.hasSuffix("convs.1.conv.weight") {
            weights[index].storage = TorchStorage(
              shape: [4, 4, 3, 9], floats: Array(repeating: 0, count: 432))
          }
        }
      ),
      (
        [name, "decoder.encoder.", "differ"],
        { weights in
          for index in weights.indices where weights[index].name == "decoder.\(name)" {
            let old = weights[index].storage
            weights[index].storage = TorchStorage(shape: old.shape, floats: old.floats.map { -$0 })
          }
        }
      ),
    ]
    for (parts, change) in changes {
      let copy = try Fixture.plain.changed(change)
      expect(parts + ["checkpoint_final.pth"], in: copy, leaving: ["model"]) {
        try ModelImport(copy.path + "/model").write(to: copy.path + "/imported")
      }
    }
    let compiled = try Fixture.plain.changed { weights in
      for index in weights.indices { weights[index].name = "_orig_mod." + weights[index].name }
    }
    let model = try ModelImport(compiled.path + "/model").write(to: compiled.path + "/imported")
    #expect(try Fixture.plain.logitError(of: model.weights(of: .number(0), .final)) < 1e-5)
  }

  @Test func otherSourcesAndTargetsAreRefused() throws {
    let folder = try TemporaryFolder()
    for source in [folder.path, folder.path + "/none", Fixture.folder + "/README.md"] {
      expect([source], in: folder, leaving: []) {
        try ModelImport(source).write(to: folder.path + "/model")
      }
    }
    _ = try ModelImport(Fixture.plain.path).write(to: folder.path + "/model")
    expect(["exists"], in: folder, leaving: ["model"]) {
      try ModelImport(Fixture.plain.path).write(to: folder.path + "/model")
    }
  }

  private func expect(
    _ parts: [String], in folder: TemporaryFolder, leaving names: [String],
    _ run: () throws -> ModelFolder
  ) {
    let error = #expect(throws: ModelExchangeError.self) { _ = try run() }
    let line = error?.description ?? ""
    for part in parts { #expect(line.contains(part), "\(line)") }
    #expect(!line.contains("\n") && folder.names == names)
  }
}

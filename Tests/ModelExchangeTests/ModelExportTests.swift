import Datasets
import Foundation
import Inference
import ModelExchange
import TestSupport
import Testing
import TorchCheckpoints
import ZipArchives

@Suite struct ModelExportTests {
  @Test(arguments: Fixture.all) func checkpointIsTheOneThatWasImported(fixture: Fixture) throws {
    let folder = try TemporaryFolder()
    let model = try ModelImport(fixture.path).write(to: folder.path + "/model")
    try ModelExport(model).writeFolder(to: folder.path + "/nnunet")
    let file = "\(folder.path)/nnunet/fold_\(fixture.fold)/checkpoint_final.pth"
    let (found, expected) = (
      try TorchCheckpoint(contentsOf: file), try TorchCheckpoint(contentsOf: fixture.checkpoint)
    )
    let (weights, originals) = (
      try found.tensors("network_weights"), try expected.tensors("network_weights")
    )
    #expect(weights.map(\.name) == originals.map(\.name))
    for ((name, tensor), (_, original)) in zip(weights, originals) {
      #expect(tensor.shape == original.shape)
      #expect(
        try found.floats(tensor, named: name) == expected.floats(original, named: name), "\(name)")
    }
    for name in ["init_args", "trainer_name", "inference_allowed_mirroring_axes"] {
      #expect(try found.document(name) == expected.document(name), "\(name)")
    }
    #expect(Set(found.names) == Set(expected.names))
    for name in ["plans.json", "dataset.json"] {
      #expect(
        try JSONSerialization.jsonObject(with: Data(bytes(ofFile: "\(folder.path)/nnunet/\(name)")))
          as? NSDictionary
          == JSONSerialization.jsonObject(with: Data(bytes(ofFile: "\(fixture.path)/\(name)")))
          as? NSDictionary)
    }
  }

  @Test func archiveHasTheNamesThatNNUNetInstalls() throws {
    let folder = try TemporaryFolder()
    let model = try ModelFolder(Fixture.plain.path)
    try ModelExport(model).writeArchive(to: folder.path + "/model.zip")
    #expect(folder.names == ["model.zip"])
    let archive = try ZipArchive(contentsOf: folder.path + "/model.zip")
    let prefix = "Dataset001_Tiny/nnUNetTrainer__nnUNetPlans__3d_fullres"
    #expect(
      archive.entries.map(\.name).sorted() == [
        "\(prefix)/dataset.json", "\(prefix)/fold_0/checkpoint_final.pth", "\(prefix)/plans.json",
      ])
    let again = try ModelImport(folder.path + "/model.zip").write(to: folder.path + "/again")
    #expect(try Fixture.plain.logitError(of: again.weights(of: .number(0), .final)) < 1e-5)
  }

  /// The fixture's script runs the same bytes in onnxruntime.
  @Test(arguments: Fixture.all) func onnxFileIsTheOneThatOnnxruntimeRuns(fixture: Fixture) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/\(fixture.name).onnx"
    try ModelExport(ModelFolder(fixture.path)).writeONNX(to: path)
    #expect(try bytes(ofFile: path) == bytes(ofFile: "\(Fixture.folder)/\(fixture.name).onnx"))
  }

  @Test func nothingIsWrittenOnError() throws {
    let folder = try TemporaryFolder()
    let model = try ModelFolder(Fixture.plain.path)
    for run in [
      { try ModelExport(model).writeFolder(to: Fixture.folder) },
      { try ModelExport(model).writeONNX(to: folder.path + "/a.onnx", fold: .number(3)) },
      { try ModelExport(model).writeArchive(to: folder.path) },
    ] as [() throws -> Void] {
      let error = #expect(throws: ModelExchangeError.self) { try run() }
      #expect(error?.description.contains("\n") == false)
    }
    #expect(folder.names.isEmpty)
  }
}

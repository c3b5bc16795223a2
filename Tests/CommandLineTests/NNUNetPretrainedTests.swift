import Foundation
import JSONDocuments
import Safetensors
import TestSupport
import Testing

/// Fine-tuning from a folder, or a checkpoint alone, that nnU-Net has left.
struct NNUNetPretrainedTests {
  private static let source =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
    + "/ModelExchangeTests/Fixtures/plain"

  @Test func planAndWeightsAreTakenOver() throws {
    let dataset = try TinyDataset()
    let (workspace, model) = (dataset.folder.path + "/workspace", dataset.folder.path + "/model")
    let planned = try Program.run(
      "plan", dataset.path, "--workspace", workspace, "--like",
      "\(Self.source)/fold_0/checkpoint_final.pth", "--json")
    #expect(planned.status == 0, "\(planned.errors)")
    let trained = try Program.run(
      "train", "--workspace", workspace, "--pretrained", Self.source, "--freeze-encoder", "--fold",
      "4", "--epochs", "1", "--iterations", "1", "--validation-iterations", "1", "--json")
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.errors.contains("starting from the weights of \(Self.source)/fold_0"))
    #expect(trained.errors.contains("are for other labels and start from random weights"))

    let imported = try Program.run("model", "import", Self.source, "--output", model)
    #expect(imported.status == 0, "\(imported.errors)")
    let before = try SafetensorsFile(contentsOf: "\(model)/fold_0/checkpoint_final.safetensors")
    let after = try SafetensorsFile(
      contentsOf: "\(workspace)/models/3d_fullres/fold_4/checkpoint_final.safetensors")
    let encoder = before.names.filter { $0.hasPrefix("encoder.") }
    #expect(encoder.count == 12)
    for name in encoder { #expect(try before.bytes(name) == after.bytes(name), "\(name)") }
  }
}

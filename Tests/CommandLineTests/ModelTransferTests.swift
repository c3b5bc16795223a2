import Foundation
import JSONDocuments
import TestSupport
import Testing

/// `model import`, `model export` and `model logits`, on a folder that nnU-Net has left.
struct ModelTransferTests {
  private let source =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
    + "/ModelExchangeTests/Fixtures/plain"

  @Test func modelGoesThereAndBack() throws {
    let folder = try TemporaryFolder()
    let imported = try Program.run(
      "model", "import", source, "--output", folder.path + "/model", "--json")
    #expect(imported.status == 0, "\(imported.errors)")
    #expect(imported.json?["folds"]?.strings == ["0"])
    let exported = try Program.run(
      "model", "export", folder.path + "/model", "--nnunet", folder.path + "/nnunet", "--zip",
      folder.path + "/model.zip", "--onnx", folder.path + "/model.onnx")
    #expect(exported.status == 0, "\(exported.errors)")
    #expect(folder.names == ["model", "model.onnx", "model.zip", "nnunet"])
    let info = try Program.run("model", "info", folder.path + "/nnunet", "--json")
    #expect(info.json?["configuration"]?.string == "3d_fullres", "\(info.errors)")
  }

  @Test func logitsAreWritten() throws {
    let folder = try TemporaryFolder()
    let output = folder.path + "/logits.npz"
    let run = try Program.run(
      "model", "logits", source, "--input", source + ".npz", "--output", output, "--json")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.json?["shape"]?.ints == [1, 3, 8, 8, 8])
    #expect(folder.names == ["logits.npz"])
    let other = try Program.run(
      "model", "logits", source, "--input", source + "/plans.json", "--output", output)
    #expect(other.status == 1 && other.errorLines.count == 1)
    #expect(other.errors.contains("plans.json"))
  }

  /// nnU-Net's masks number the classes; that is said once, and only where it is so.
  @Test func labelsWithGapsAreToldOf() throws {
    let folder = try TemporaryFolder()
    let model = folder.path + "/model"
    try FileManager.default.copyItem(atPath: source, toPath: model)
    let plain = try Program.run("model", "export", model, "--nnunet", folder.path + "/plain")
    #expect(plain.status == 0 && plain.errors.isEmpty, "\(plain.errors)")

    let description = try String(contentsOfFile: "\(model)/dataset.json", encoding: .utf8)
      .replacing("\"a\": 1", with: "\"a\": 3").replacing("\"b\": 2", with: "\"b\": 7")
    try description.write(toFile: "\(model)/dataset.json", atomically: true, encoding: .utf8)
    for option in ["nnunet", "zip"] {
      let exported = try Program.run(
        "model", "export", model, "--\(option)", "\(folder.path)/\(option)", "--json")
      #expect(exported.status == 0)
      #expect(
        exported.errorLines == [
          "masks by nnU-Net have other values than this model's, which have gaps: 1 for a (here 3), "
            + "2 for b (here 7); the exported dataset.json names them so"
        ])
      #expect(exported.json?["renumbered_labels"] == ["3": 1, "7": 2])
    }
    let onnx = try Program.run("model", "export", model, "--onnx", folder.path + "/a.onnx")
    #expect(onnx.status == 0 && onnx.errors.isEmpty)
  }

  @Test func errorsAreOneLine() throws {
    let folder = try TemporaryFolder()
    let missing = try Program.run("model", "import", folder.path, "--output", folder.path + "/a")
    #expect(missing.status == 1 && missing.errorLines.count == 1)
    #expect(missing.errors.contains("plans.json"))
    let idle = try Program.run("model", "export", source)
    #expect(idle.status == 64 && idle.errors.contains("--onnx"))
    #expect(folder.names.isEmpty)
  }
}

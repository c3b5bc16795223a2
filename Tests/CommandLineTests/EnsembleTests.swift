import Foundation
import JSONDocuments
import RandomNumbers
import Safetensors
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// Probabilities saved, averaged by folder and in one command.
struct EnsembleTests {
  /// Two networks of the same plan, trained for one step from different random weights.
  private struct Models {
    let dataset: TinyDataset
    let paths: [String]
    var images: String { dataset.path + "/imagesTs" }
    func path(_ name: String) -> String { dataset.folder.path + "/" + name }

    init() throws {
      dataset = try TinyDataset()
      var paths: [String] = []
      for seed in 1...2 {
        let workspace = dataset.folder.path + "/workspace\(seed)"
        try dataset.plan(in: workspace)
        let trained = try Program.run(
          "train", "--workspace", workspace, "--epochs", "1", "--iterations", "2", "--seed",
          "\(seed)", "--threads", "1", "--quiet")
        #expect(trained.status == 0, "\(trained.errors)")
        paths.append(workspace + "/models/3d_fullres")
      }
      self.paths = paths
    }

    func predict(_ output: String, _ extra: [String], models: [String]) throws -> Program.Outcome {
      try Program.run(
        ["predict"] + models.flatMap { ["--model", $0] }
          + ["--input", images, "--output", path(output), "--threads", "1", "--quiet"] + extra)
    }
  }

  private func probabilities(_ path: String) throws -> [[Float]] {
    let archive = try NumPyArrayReader(path, array: "probabilities")
    #expect(archive.shape == [2, 16, 20, 20])
    return try (0..<2).map { _ in
      var values = [Float](repeating: 0, count: 6400)
      try values.withUnsafeMutableBufferPointer { try archive.read(into: $0) }
      return values
    }
  }

  @Test func foldersAndModelsGiveTheSame() throws {
    let models = try Models()
    for (index, model) in models.paths.enumerated() {
      let single = try models.predict("p\(index)", ["--probabilities"], models: [model])
      #expect(single.status == 0, "\(single.errors)")
      let plain = try models.predict("m\(index)", [], models: [model])
      #expect(plain.status == 0)
      for name in ["ball_6.nii.gz", "ball_7.nii.gz"] {
        #expect(
          try bytes(ofFile: models.path("p\(index)/\(name)"))
            == bytes(ofFile: models.path("m\(index)/\(name)")))
      }
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: models.path("p\(index)")).sorted()
          == [
            "ball_6.nii.gz", "ball_6.npz", "ball_6.pkl", "ball_7.nii.gz", "ball_7.npz",
            "ball_7.pkl", "dataset.json", "plans.json",
          ])
    }
    let averaged = try Program.run(
      "ensemble", "--input", models.path("p0"), models.path("p1"), "--output", models.path("e"),
      "--probabilities", "--json")
    #expect(averaged.status == 0, "\(averaged.errors)")
    #expect(averaged.json?["failed"]?.int == 0)
    #expect(averaged.json?["cases"]?.array?.count == 2)
    let both = try models.predict("b", ["--probabilities"], models: models.paths)
    #expect(both.status == 0, "\(both.errors)")
    for name in ["ball_6", "ball_7"] {
      let parts = try (0..<2).map { try probabilities(models.path("p\($0)/\(name).npz")) }
      let mean = try probabilities(models.path("e/\(name).npz"))
      let mask = try LabelMap(contentsOf: models.path("e/\(name).nii.gz")).labels
      for voxel in 0..<6400 {
        #expect(abs(parts[0][0][voxel] + parts[0][1][voxel] - 1) < 1e-6)
        for index in 0..<2 {
          #expect(
            mean[index][voxel] == (parts[0][index][voxel] + parts[1][index][voxel]) / 2)
        }
        #expect(mask[voxel] == (mean[1][voxel] > mean[0][voxel] ? 1 : 0))
      }
      for file in ["\(name).nii.gz", "\(name).npz", "\(name).pkl"] {
        #expect(
          try bytes(ofFile: models.path("e/\(file)")) == bytes(ofFile: models.path("b/\(file)")))
      }
    }

    // A mask is kept only with its probabilities.
    let kept = try models.predict(
      "b", ["--probabilities", "--continue", "--json"], models: models.paths)
    #expect(kept.json?["kept"]?.int == 2)
    try FileManager.default.removeItem(atPath: models.path("b/ball_7.npz"))
    let made = try models.predict(
      "b", ["--probabilities", "--continue", "--json"], models: models.paths)
    #expect(made.json?["kept"]?.int == 1)
    #expect(
      try bytes(ofFile: models.path("b/ball_7.npz")) == bytes(ofFile: models.path("e/ball_7.npz")))

    // Masks made anew have no probabilities of the masks before them.
    let bare = try models.predict("b", [], models: models.paths)
    #expect(bare.status == 0, "\(bare.errors)")
    let again = try Program.run(
      "ensemble", "--input", models.path("p0"), models.path("p1"), "--output", models.path("e"))
    #expect(again.status == 0, "\(again.errors)")
    for folder in ["b", "e"] {
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: models.path(folder)).sorted()
          == ["ball_6.nii.gz", "ball_7.nii.gz", "dataset.json", "plans.json"])
    }

    // A case that one folder lacks is named before anything is written.
    try FileManager.default.removeItem(atPath: models.path("p1/ball_7.npz"))
    let incomplete = try Program.run(
      "ensemble", "--input", models.path("p0"), models.path("p1"), "--output", models.path("f"))
    #expect(incomplete.status == 1)
    #expect(incomplete.errorLines.count == 1)
    #expect(incomplete.errors.hasPrefix("error: \(models.path("p1")): lacks"))
    #expect(incomplete.errors.contains("ball_7"))
    #expect(!FileManager.default.fileExists(atPath: models.path("f")))

    // A damaged archive fails its case only.
    try Data(bytes(ofFile: models.path("p0/ball_7.npz")).dropLast(100)).write(
      to: URL(fileURLWithPath: models.path("p1/ball_7.npz")))
    let damaged = try Program.run(
      "ensemble", "--input", models.path("p0"), models.path("p1"), "--output", models.path("g"),
      "--quiet")
    #expect(damaged.status == 1)
    #expect(damaged.output == models.path("g/ball_6.nii.gz") + "\n")
    #expect(damaged.errors.contains("p1/ball_7.npz"))
    let into = try Program.run(
      "ensemble", "--input", models.path("p0"), "--output", models.path("p0"))
    #expect(into.status == 1 && into.errors.contains("is one of the inputs"))
  }
}

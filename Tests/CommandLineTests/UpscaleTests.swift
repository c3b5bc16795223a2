import Foundation
import JSONDocuments
import RandomNumbers
import SuperResolution
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite struct UpscaleTests {
  private let folder: TemporaryFolder

  private func path(_ name: String) -> String { "\(folder.path)/\(name)" }

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/scans", withIntermediateDirectories: true)
    for index in 0..<2 {
      var generator = SplitMix64(seed: 3, stream: index)
      let extent = Extent(x: 16, y: 14, z: 18)
      let geometry = Geometry(
        extent: extent, spacing: Vector3(0.8, 0.9, 1.5), origin: Vector3(10, -20, 30),
        direction: Matrix3(
          columns: Vector3(0.8, 0.6, 0), Vector3(-0.6, 0.8, 0), Vector3(0, 0, 1)))
      try Volume(
        voxels: (0..<extent.count).map { _ in generator.uniform(10...400) }, geometry: geometry
      ).write(to: "\(folder.path)/scans/scan_\(index).nii.gz")
    }
    var settings = try UpscalingSettings(preset: "mri-2x")
    settings.features = 8
    settings.fineFeatures = 8
    settings.blocks = 1
    settings.patch = Shape3(8, 8, 8)
    settings.batch = 2
    settings.iterations = 4
    settings.adversarialIterations = 2
    settings.discriminatorFeatures = [4]
    try settings.document.text(.indented(4)).write(
      toFile: "\(folder.path)/tiny.json", atomically: true, encoding: .utf8)
  }

  @Test func trainedAppliedAndEvaluated() throws {
    let train = try Program.run(
      "upscale", "train", "--images", path("scans"), "--output", path("model"), "--preset",
      path("tiny.json"), "--json")
    #expect(train.status == 0, "\(train.errors)")
    #expect(train.json?["images"]?.int == 2)
    for name in [
      "model_reconstruction.safetensors", "model_adversarial.safetensors", "training_log.jsonl",
      "progress.png", "checkpoint_latest.safetensors",
    ] {
      #expect(FileManager.default.fileExists(atPath: path("model/\(name)")), "\(name)")
    }

    let scan = path("scans/scan_0.nii.gz")
    let geometry = try VolumeHeader(contentsOf: scan).geometry
    try LabelMap(
      labels: (0..<geometry.extent.count).map { $0 / 16 % 14 > 6 ? 7 : 0 }, geometry: geometry
    ).write(to: path("mask.nii.gz"))
    let apply = try Program.run(
      "upscale", "apply", "--input", scan, "--model", path("model"), "--output", path("fine"),
      "--labels", path("mask.nii.gz"), "--labels-output", path("masks"), "--json")
    #expect(apply.status == 0, "\(apply.errors)")
    // Twice the resolution of what was trained for: the spacing is unlike.
    #expect(apply.errors.contains("warning") && apply.errors.contains("spacing"))
    let fine = try Volume<Float>(contentsOf: path("fine/scan_0.nii.gz"))
    let mask = try LabelMap(contentsOf: path("masks/scan_0.nii.gz"))
    let expected = geometry.upscaled(by: (x: 2, y: 2, z: 2))
    #expect(fine.geometry.matches(expected, tolerance: 1e-5))
    #expect(mask.geometry.matches(fine.geometry))
    #expect(Set(mask.labels) == [0, 7])
    let beside = try JSONValue(contentsOf: path("fine/scan_0.json"))
    #expect(beside["model"]?.string == path("model"))
    #expect(beside["factors_xyz"]?.ints == [2, 2, 2])
    let inconsistency = try #require(beside["inconsistency"]?.doubles?.first)
    let projected = try Program.run(
      "upscale", "apply", "--input", scan, "--model", path("model"), "--output", path("projected"),
      "--back-projections", "3", "--json")
    let closer = projected.json?["images"]?.array?.first?["inconsistency"]?.doubles?.first
    #expect(try #require(closer) < 0.5 * inconsistency)
    let coarse = try Volume<Float>(contentsOf: scan)
    let (low, high) = (try #require(coarse.voxels.min()), try #require(coarse.voxels.max()))
    #expect(fine.voxels.allSatisfy { $0 >= low && $0 <= high })

    let evaluate = try Program.run(
      "upscale", "evaluate", "--images", path("scans"), "--model", path("model"), "--stage",
      "reconstruction", "--output", path("scores.json"), "--report", path("pictures"), "--save",
      path("images"), "--json")
    #expect(evaluate.status == 0, "\(evaluate.errors)")
    let mean = try #require(evaluate.json?["mean"])
    #expect((mean["cubic"]?["psnr_db"]?.double ?? 0) > 5)
    #expect(try JSONValue(contentsOf: path("scores.json"))["cases"]?.array?.count == 2)
    #expect(FileManager.default.fileExists(atPath: path("pictures/0_scan_0.png")))
    #expect(FileManager.default.fileExists(atPath: path("images/truth/1_scan_1.nii.gz")))

    // A program that gives features as PyRadiomics would: the size of the file of each image.
    try """
    #!/bin/sh
    while read -r line; do
      case "$line" in
        *'"label": 9'*) echo '{"problem": "too small"}' ;;
        *truth*) echo '{"original_a": 1'"${#line}"', "original_b": 2}' ;;
        *) echo '{"original_a": 2, "original_b": 3}' ;;
      esac
    done
    """.write(toFile: path("python"), atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: path("python"))
    try LabelMap(
      labels: (0..<geometry.extent.count).map { [0, 5, 7, 9][$0 % 4] }, geometry: geometry
    ).write(to: path("regions.nii.gz"))
    let features = try Program.run(
      "upscale", "evaluate", "--images", scan, "--model", path("model"), "--masks",
      path("regions.nii.gz"), "--pyradiomics", path("python"), "--json")
    #expect(features.status == 0, "\(features.errors)")
    #expect(features.errors.contains("label 9 is left out: too small"))
    #expect(features.json?["features"]?["regions"]?.int == 2)
    #expect(features.json?["features"]?["cubic"]?["features"]?.int == 0)
  }

  /// Killed at random moments of both stages, a run ends with the weights of an undisturbed one.
  @Test func aKilledRunGoesOnBitForBit() throws {
    func arguments(_ model: String, _ more: String...) -> [String] {
      [
        "upscale", "train", "--images", path("scans"), "--output", path(model), "--preset",
        path("tiny.json"), "--iterations", "30", "--adversarial-iterations", "20", "--threads", "1",
      ] + more
    }
    let clock = ContinuousClock()
    var whole = try Program.run(["--version"])
    let duration = try clock.measure { whole = try Program.run(arguments("whole")) }
    #expect(whole.status == 0, "\(whole.errors)")
    var generator = SplitMix64(seed: 5)
    for _ in 0..<8 {
      let run = try Program.Run(arguments("broken", "--resume", "--save-interval", "0"))
      Thread.sleep(
        forTimeInterval: Double(generator.uniform(0.1...0.6)) * (duration / .seconds(1)))
      kill(run.process.processIdentifier, SIGKILL)
      _ = try run.end()
    }
    let resumed = try Program.run(arguments("broken", "--resume", "--save-interval", "0"))
    #expect(resumed.status == 0, "\(resumed.errors)")
    for name in ["model_reconstruction.safetensors", "model_adversarial.safetensors"] {
      #expect(
        try Data(contentsOf: URL(filePath: path("whole/\(name)")))
          == Data(contentsOf: URL(filePath: path("broken/\(name)"))), "\(name)")
    }
  }

  @Test func tablesNameImages() throws {
    try """
    case,t1,t2
    a,scans/scan_0.nii.gz,\(path("scans"))/scan_1.nii.gz
    """.write(toFile: path("scans.csv"), atomically: true, encoding: .utf8)
    let train = try Program.run(
      "upscale", "train", "--images", path("scans.csv"), "--output", path("model"), "--preset",
      path("tiny.json"), "--iterations", "1", "--adversarial-iterations", "0", "--json")
    #expect(train.status == 0, "\(train.errors)")
    #expect(train.json?["images"]?.int == 2)
    for (text, problem) in [
      ("case,t1\na,\n", "the case a has no t1"), ("case,t1\na,x.nii\n", "there is no"),
      ("name,t1\na,x.nii\n", "no column case"), ("case,t1\n", "has no cases"),
    ] {
      try text.write(toFile: path("bad.csv"), atomically: true, encoding: .utf8)
      let result = try Program.run(
        "upscale", "train", "--images", path("bad.csv"), "--output", path("m"))
      #expect(result.status != 0 && result.errorLines.count == 1)
      #expect(result.errors.contains(problem), "\(result.errors)")
    }
  }

  @Test func mistakesAreOneLine() throws {
    func lines(_ arguments: String...) throws -> (status: Int32, text: String) {
      let result = try Program.run(arguments)
      #expect(result.errorLines.count == 1, "\(result.errors)")
      return (result.status, result.errors)
    }
    let missing = try lines(
      "upscale", "train", "--images", path("nowhere"), "--output", path("m"))
    #expect(missing.text.contains("nowhere"))
    let preset = try lines(
      "upscale", "train", "--images", path("scans"), "--output", path("m"), "--preset", "mri-9x")
    #expect(preset.status == 1 && preset.text.contains("mri-slices-4x"))
    let model = try lines(
      "upscale", "apply", "--input", path("scans"), "--model", path("scans"), "--output",
      path("fine"))
    #expect(model.status == 1 && model.text.contains("upscale train"))
    let python = try lines(
      "upscale", "evaluate", "--images", path("scans"), "--model", path("model"), "--masks",
      path("scans"), "--pyradiomics", path("nopython"))
    #expect(python.status == 1 && python.text.contains("pip install pyradiomics"))
    let masks = try lines(
      "upscale", "evaluate", "--images", path("scans"), "--model", path("m"), "--masks",
      path("scans"))
    #expect(masks.status == 64 && masks.text.contains("--pyradiomics"))
    let perceptual = try lines(
      "upscale", "train", "--images", path("scans"), "--output", path("m"), "--perceptual-model",
      path("nowhere"))
    #expect(perceptual.status == 1 && perceptual.text.contains("nowhere"))
    let volume = try Volume<Float>(contentsOf: path("scans/scan_0.nii.gz"))
    try ImageFile(channels: [volume, volume]).write(to: path("scans/scan_2.nii.gz"))
    let channels = try lines(
      "upscale", "train", "--images", path("scans"), "--output", path("m"))
    #expect(channels.text.contains("scan_2.nii.gz: has 2 channels"))
    #expect(!FileManager.default.fileExists(atPath: path("m")))
    #expect(!FileManager.default.fileExists(atPath: path("fine")))
  }
}

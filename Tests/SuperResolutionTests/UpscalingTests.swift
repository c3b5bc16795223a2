import Foundation
import JSONDocuments
import Networks
import Parallelism
import PresetFiles
import RandomNumbers
import SuperResolution
import Tensors
import TestSupport
import Testing
import Volumes

/// Training, models and their application, on tiny images.
@Suite struct UpscalingTests {
  private static func settings() -> UpscalingSettings {
    var settings = UpscalingSettings()
    settings.features = 8
    settings.fineFeatures = 8
    settings.blocks = 1
    settings.patch = Shape3(12, 12, 12)
    settings.batch = 2
    settings.iterations = 6
    settings.adversarialIterations = 4
    settings.adversarialWarmUp = 1
    settings.instanceNoise = 0.1
    settings.discriminatorFeatures = [4, 6]
    settings.learningRate = 2e-3
    settings.gradientWeight = 0.1
    settings.degradation.noiseLevels = 0...0.02
    settings.degradation.drift = 0.1
    settings.degradation.gammas = 0.8...1.25
    return settings
  }

  private static func image(_ index: Int, extent: Extent = Extent(x: 17, y: 14, z: 13))
    -> UpscalingTraining.Image
  {
    var generator = SplitMix64(seed: 9, stream: index)
    let shape = extent.shape
    let coarse = VoxelArray(
      shape: Shape3(5, 5, 6), elements: (0..<150).map { _ in generator.uniform(0...900) })
    return .init(
      path: "image \(index)",
      volume: Volume(
        voxels: coarse.interpolated(to: shape).elements,
        geometry: Geometry(extent: extent, spacing: Vector3(1, 1.5, 2))))
  }

  @discardableResult
  private func train(
    _ settings: UpscalingSettings = settings(), into folder: String,
    start: UpscalingTraining.Start = .afresh, stoppingAfter steps: Int = .max
  ) throws -> UpscalingTraining.Outcome {
    var made = 0
    var observer = UpscalingTraining.Observer()
    observer.shouldStop = {
      made += 1
      return made >= steps
    }
    // Weights are the same, bit for bit, only for the same number of threads, which other tests change.
    return try ThreadBudget.serially {
      try UpscalingTraining.run(
        on: (0..<3).map { Self.image($0) }, settings: settings, seed: 7, precision: .float32,
        into: folder, start: start, observer: observer)
    }
  }

  @Test(arguments: [1, 3, 6, 8]) func resumedRunsEndAlike(step: Int) throws {
    let folder = try TemporaryFolder()
    #expect(try train(into: "\(folder.path)/whole") == .finished)
    #expect(try train(into: "\(folder.path)/parts", stoppingAfter: step) == .interrupted)
    #expect(try train(into: "\(folder.path)/parts", start: .resume) == .finished)
    for name in [
      "model_reconstruction.safetensors", "model_adversarial.safetensors",
    ] {
      #expect(
        try bytes(ofFile: "\(folder.path)/whole/\(name)")
          == bytes(ofFile: "\(folder.path)/parts/\(name)"), "\(name)")
    }
  }

  /// What the encoder of a segmentation network sees counts, and belongs to what a run is resumed with.
  @Test func segmentationNetworksTeachToo() throws {
    func network(channels: Int) -> UNet {
      let network = UNet(
        UNetArchitecture(
          encoder: .plain, channels: (channels, 2), features: [4, 6],
          grid: (kernels: [[3, 3, 3], [3, 3, 3]], strides: [[1, 1, 1], [2, 2, 2]]),
          blocks: (encoder: [1, 1], decoder: [1])))
      network.initialise(seed: 3)
      return network
    }
    let folder = try TemporaryFolder()
    let loss = try PerceptualLoss(network(channels: 1), path: "model")
    var settings = Self.settings()
    settings.perceptualWeight = 10
    func train(_ loss: PerceptualLoss?, _ name: String) throws -> [UInt8] {
      try ThreadBudget.serially {
        _ = try UpscalingTraining.run(
          on: [Self.image(0)], settings: settings, seed: 7, perceptualLoss: loss,
          precision: .float32, into: "\(folder.path)/\(name)")
      }
      return try bytes(ofFile: "\(folder.path)/\(name)/model_adversarial.safetensors")
    }
    let (with, again, without) = (
      try train(loss, "with"), try train(loss, "again"), try train(nil, "without")
    )
    #expect(with == again)
    #expect(with != without)
    let other = #expect(throws: UpscalingError.self) {
      try UpscalingTraining.run(
        on: [Self.image(0)], settings: settings, seed: 7, precision: .float32,
        into: "\(folder.path)/with", start: .resume)
    }
    #expect(other?.description.contains("--resume") == true)
    let wrong = #expect(throws: UpscalingError.self) {
      try PerceptualLoss(network(channels: 2), path: "model")
    }
    #expect(wrong?.description.contains("2 channels") == true)
  }

  @Test func runsThatLeadNowhereAreSeen() {
    func record(_ stage: UpscalingRecord.Stage, _ absolute: Double, _ judge: Double)
      -> UpscalingRecord
    {
      UpscalingRecord(
        iteration: 50, stage: stage, learningRate: 1e-4, absolute: absolute, interpolated: 0.1,
        generator: 1, discriminator: judge, seconds: 1)
    }
    let first = record(.reconstruction, 0.05, 0)
    let sound = Array(repeating: record(.adversarial, 0.06, 0.5), count: 20)
    let certain = Array(repeating: record(.adversarial, 0.05, 0.01), count: 10)
    #expect(UpscalingTraining.defect(of: [first] + sound) == nil)
    #expect(UpscalingTraining.defect(of: [first] + sound + certain.dropLast()) == nil)
    #expect(
      UpscalingTraining.defect(of: [first] + sound + certain)?.contains("without fail") == true)
    #expect(
      UpscalingTraining.defect(of: [first, record(.adversarial, 0.064, 0.5)])?.contains("2 dB")
        == true)
  }

  @Test func otherSettingsAreNotResumed() throws {
    let folder = try TemporaryFolder()
    try train(into: folder.path, stoppingAfter: 2)
    var other = Self.settings()
    other.learningRate = 1e-3
    let error = #expect(throws: UpscalingError.self) {
      try train(other, into: folder.path, start: .resume)
    }
    #expect(error?.description.contains("--resume") == true)
  }

  /// Adding what the degraded result lacks brings it closer to the image it was made of, and keeps the image's range.
  @Test func backProjectionsKeepToTheImage() throws {
    let folder = try TemporaryFolder()
    try train(into: folder.path)
    let model = try UpscalingModel(contentsOf: folder.path, precision: .float32)
    let image = Self.image(5).volume
    let plain = try model.upscale(image, path: "image")
    let closer = try model.upscale(image, path: "image", backProjections: 3)
    let degraded = Degradation(factors: [2, 2, 2]).applied(
      to: VoxelArray(shape: plain.image.extent.shape, elements: plain.image.voxels))
    let squares = zip(degraded.elements, image.voxels).reduce(0.0) {
      $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1)
    }
    let (low, high) = (image.voxels.min() ?? 0, image.voxels.max() ?? 0)
    let expected = (squares / Double(image.voxels.count)).squareRoot() / Double(high - low)
    #expect(abs(plain.inconsistency - expected) < 1e-6)
    #expect(closer.inconsistency < 0.3 * plain.inconsistency)
    #expect(closer.image.voxels.allSatisfy { $0 >= low && $0 <= high })
  }

  /// What is not whole in a factor is interpolated before the network.
  @Test func factorsNeedNotBeWhole() throws {
    let folder = try TemporaryFolder()
    var settings = Self.settings()
    settings.degradation = Degradation(factors: [1.5, 2.5, 1])
    settings.iterations = 60
    settings.adversarialIterations = 2
    try train(settings, into: folder.path)
    let model = try UpscalingModel(contentsOf: folder.path, precision: .float32)
    #expect(model.settings == settings)
    let image = Self.image(5).volume
    let fine = try model.upscale(image, path: "image").image
    // 14 · 2.5 = 35 is no multiple of what the network brings along y, 2; 13 · 1.5 = 19.5 is no number of voxels.
    #expect(fine.extent == Extent(x: 17, y: 36, z: 20))
    #expect(fine.geometry.matches(model.settings.fineGrid(of: image.geometry), tolerance: 1e-9))
    let evaluation = UpscalingEvaluation(
      of: try UpscalingComparison(
        of: Self.image(1, extent: Extent(x: 18, y: 21, z: 20)).volume, path: "image", by: model))
    #expect(evaluation.model.peakSignalToNoise > evaluation.linear.peakSignalToNoise)
    #expect(evaluation.inconsistency < 0.05)
  }

  /// With six blocks the halo is smaller than what a voxel depends on.
  @Test(arguments: [1, 6]) func tilesLeaveNoSeams(blocks: Int) throws {
    let folder = try TemporaryFolder()
    var settings = Self.settings()
    settings.blocks = blocks
    try train(settings, into: folder.path)
    let model = try UpscalingModel(contentsOf: folder.path, precision: .float32)
    let image = Self.image(5, extent: Extent(x: 40, y: 33, z: 37)).volume
    let whole = try model.upscale(image, path: "image").image
    let tiled = try model.upscale(image, path: "image", tileLimit: 20_000).image
    #expect(whole.extent == Extent(x: 80, y: 66, z: 74))
    let range = (image.voxels.max() ?? 0) - (image.voxels.min() ?? 0)
    #expect(largestDifference(whole.voxels, tiled.voxels).value <= 1e-5 * Double(range))
    let interpolated = VoxelArray(shape: image.extent.shape, elements: image.voxels)
      .interpolated(to: whole.extent.shape)
    #expect(
      largestDifference(whole.voxels, interpolated.elements).value > 1e-3 * Double(range))
  }

  @Test(arguments: [20_000, 60_000, 1 << 20]) func tilesCoverEveryVoxelOnce(limit: Int) {
    let shape = Shape3(37, 33, 90)
    var counts = [Int](repeating: 0, count: shape.count)
    for tile in UpscalingTile.tiles(of: shape, halo: 5, limit: limit) {
      #expect(tile.outer.map(\.count).reduce(1, *) <= limit)
      for z in tile.inner[0] {
        for y in tile.inner[1] {
          for x in tile.inner[2] { counts[(z * shape.height + y) * shape.width + x] += 1 }
        }
      }
      for axis in 0..<3 {
        #expect(
          tile.outer[axis].lowerBound == max(0, tile.inner[axis].lowerBound - 5)
            || tile.outer[axis] == 0..<shape[axis])
      }
    }
    #expect(counts.allSatisfy { $0 == 1 })
  }

  /// RAS diag(2, 2, 4) at (-30, 5, 7) becomes diag(1, 1, 2) at (-30.5, 4.5, 6).
  @Test func finerGridsCoverTheSameSpace() {
    let geometry = Geometry(
      extent: Extent(x: 10, y: 11, z: 12), spacing: Vector3(2, 2, 4),
      origin: Vector3(30, -5, 7),
      direction: Matrix3(columns: Vector3(-1, 0, 0), Vector3(0, -1, 0), Vector3(0, 0, 1)))
    let fine = geometry.upscaled(by: (x: 2, y: 2, z: 2))
    #expect(fine.spacing == Vector3(1, 1, 2))
    #expect((fine.origin - Vector3(30.5, -4.5, 6)).length < 1e-12)
    #expect(fine.extent == Extent(x: 20, y: 22, z: 24))
    let back = fine.onGrid(geometry.extent)
    #expect((back.origin - geometry.origin).length < 1e-12)
  }

  /// Bright balls keep their places in the world, on an oblique grid too.
  @Test(arguments: [[2, 2, 2], [2, 1, 1], [3, 2, 2], [4, 1, 1], [1.5, 1, 1], [2.5, 1.2, 2]])
  func ballsStayWhereTheyAre(factors: [Double]) throws {
    let turn = Matrix3(
      columns: Vector3(0.8, 0.6, 0), Vector3(-0.6, 0.8, 0), Vector3(0, 0, 1))
    let extent = Extent(x: 24, y: 22, z: 20)
    let geometry = Geometry(
      extent: extent, spacing: Vector3(1.2, 0.9, 2), origin: Vector3(-7, 3, 11), direction: turn)
    let centre = geometry.worldPoint(ofVoxel: Vector3(11.3, 9.6, 10.2))
    func centreOfMass(_ volume: Volume<Float>) -> Vector3 {
      var (sum, total) = (Vector3(0, 0, 0), 0.0)
      for z in 0..<volume.extent.z {
        for y in 0..<volume.extent.y {
          for x in 0..<volume.extent.x {
            let value = Double(volume.voxels[volume.extent.index(x, y, z)])
            sum =
              sum + volume.geometry.worldPoint(ofVoxel: Vector3(Double(x), Double(y), Double(z)))
              * value
            total += value
          }
        }
      }
      return sum * (1 / total)
    }
    var voxels: [Float] = []
    for z in 0..<extent.z {
      for y in 0..<extent.y {
        for x in 0..<extent.x {
          let point = geometry.worldPoint(ofVoxel: Vector3(Double(x), Double(y), Double(z)))
          let distance = (point - centre).length
          voxels.append(Float(100 * exp(-distance * distance / 18)))
        }
      }
    }
    let image = Volume(voxels: voxels, geometry: geometry)
    let folder = try TemporaryFolder()
    var settings = Self.settings()
    settings.degradation = Degradation(factors: factors)
    settings.iterations = 1
    settings.adversarialIterations = 0
    settings.learningRate = 1e-8
    try train(settings, into: folder.path)
    let fine = try UpscalingModel(contentsOf: folder.path, precision: .float32).upscale(
      image, path: "ball"
    ).image
    #expect((centreOfMass(fine) - centreOfMass(image)).length < 0.02)
  }

  @Test func whatCannotBeUsedIsNamed() throws {
    let folder = try TemporaryFolder()
    let geometry = Geometry(extent: Extent(x: 12, y: 12, z: 12))
    func problem(_ volume: Volume<Float>) throws -> String {
      let error = #expect(throws: UpscalingError.self) {
        try UpscalingTraining.run(
          on: [Self.image(0), .init(path: "bad.nii", volume: volume)], settings: Self.settings(),
          seed: 1, precision: .float32, into: "\(folder.path)/m")
      }
      return try #require(error?.description)
    }
    var voxels = [Float](repeating: 1, count: 1728)
    #expect(
      try problem(Volume(voxels: voxels, geometry: geometry)).hasPrefix("bad.nii: all voxels"))
    voxels[5] = .nan
    #expect(try problem(Volume(voxels: voxels, geometry: geometry)).contains("NaN"))
    let small = Volume<Float>(
      voxels: [1, 2, 3, 4, 5, 6, 7, 8], geometry: Geometry(extent: Extent(x: 2, y: 2, z: 2)))
    #expect(try problem(small).contains("too small"))
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/m"))
    #expect(throws: UpscalingError.self) { try UpscalingModel(contentsOf: "\(folder.path)/m") }
  }

  @Test(arguments: UpscalingSettings.presetNames) func presetsSurviveTheirDocuments(name: String)
    throws
  {
    let settings = try UpscalingSettings(preset: name)
    #expect(try UpscalingSettings(settings.document, from: "copy") == settings)
  }

  @Test func mistakesInPresetsAreNamed() throws {
    let sound = try #require(try UpscalingSettings(preset: "mri-2x").document.object)
    for (name, value) in [
      ("factors_xyz", [2, 2] as JSONValue), ("factors_xyz", [1, 1, 1]),
      ("patch_xyz", [33, 32, 32]),
      ("noise", "loud"), ("noise_levels", [0.5, 0.1]), ("iterations", 0), ("batch", "many"),
      ("responses_xyz", ["mean", "mean", "mine"]), ("colour", 1),
    ] {
      var fields = sound
      fields[name] = value
      let error = #expect(throws: PresetError.self) {
        try UpscalingSettings(.object(fields), from: "mine.json")
      }
      #expect(error?.description.contains("'\(name)'") == true, "\(name)")
    }
    #expect(throws: PresetError.self) { try UpscalingSettings(preset: "mri-9x") }
  }
}

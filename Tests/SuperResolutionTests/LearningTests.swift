import Foundation
import Parallelism
import RandomNumbers
import SuperResolution
import Tensors
import TestSupport
import Testing
import Volumes

/// Both stages on tiny phantoms; Comparison/textured_phantoms.py shows the same at full size.
@Suite struct LearningTests {
  /// Balls with sharp edges, drawn eight times per voxel and averaged.
  private static func phantom(_ seed: UInt64) -> UpscalingTraining.Image {
    var random = SplitMix64(seed: seed)
    let balls = (0..<7).map { _ in
      (
        centre: SIMD3(
          random.uniform(3...25), random.uniform(3...25), random.uniform(3...25)),
        radius: random.uniform(3...8), intensity: random.uniform(200...1000)
      )
    }
    let extent = Extent(x: 28, y: 28, z: 28)
    func intensity(_ point: SIMD3<Float>) -> Float {
      var value: Float = 50
      for ball in balls {
        let offset = point - ball.centre
        if (offset * offset).sum() <= ball.radius * ball.radius { value = ball.intensity }
      }
      return value
    }
    let voxels = (0..<extent.count).map { index in
      let corner = SIMD3(
        Float(index % extent.x), Float(index / extent.x % extent.y),
        Float(index / extent.x / extent.y))
      return (0..<8).reduce(Float(0)) { sum, part in
        let offset = SIMD3(Float(part % 2), Float(part / 2 % 2), Float(part / 4)) * 0.5 - 0.25
        return sum + intensity(corner + offset) / 8
      }
    }
    return .init(
      path: "phantom \(seed)",
      volume: Volume(voxels: voxels, geometry: Geometry(extent: extent)))
  }

  @Test func unseenPhantomsGain() throws {
    let folder = try TemporaryFolder()
    var settings = UpscalingSettings()
    settings.features = 12
    settings.fineFeatures = 8
    settings.blocks = 2
    settings.patch = Shape3(16, 16, 16)
    settings.batch = 3
    settings.iterations = 200
    settings.learningRate = 2e-3
    settings.adversarialIterations = 40
    settings.adversarialWarmUp = 10
    settings.discriminatorFeatures = [8, 16]
    // Weights are the same, bit for bit, only for the same number of threads, which other tests change.
    try ThreadBudget.serially {
      _ = try UpscalingTraining.run(
        on: (1...8).map(Self.phantom), settings: settings, seed: 3, precision: .float32,
        into: folder.path)
    }
    let closer = try UpscalingModel(
      contentsOf: folder.path, stage: .reconstruction, precision: .float32)
    let sharper = try UpscalingModel(
      contentsOf: folder.path, stage: .adversarial, precision: .float32)
    func between(_ share: Double) throws -> UpscalingModel {
      try UpscalingModel(
        contentsOf: folder.path, adversarialShare: share, precision: .float32)
    }
    let image = Self.phantom(100).volume
    func voxels(_ model: UpscalingModel) throws -> [Float] {
      try model.upscale(image, path: "phantom").image.voxels
    }
    #expect(try voxels(between(0)) == voxels(closer))
    #expect(try voxels(between(1)) == voxels(sharper))
    let middle = try voxels(between(0.5))
    #expect(try middle != voxels(closer) && middle != voxels(sharper))
    for seed in 101...103 as ClosedRange<UInt64> {
      let phantom = Self.phantom(seed)
      func evaluation(_ model: UpscalingModel) throws -> UpscalingEvaluation {
        UpscalingEvaluation(
          of: try UpscalingComparison(of: phantom.volume, path: phantom.path, by: model))
      }
      let (first, second) = (try evaluation(closer), try evaluation(sharper))
      #expect(first.cubic.peakSignalToNoise > first.linear.peakSignalToNoise)
      #expect(first.model.peakSignalToNoise > first.cubic.peakSignalToNoise + 0.6, "\(seed)")
      #expect(first.model.structuralSimilarity > first.cubic.structuralSimilarity, "\(seed)")
      #expect(second.model.peakSignalToNoise > first.model.peakSignalToNoise - 1.5, "\(seed)")
      #expect(second.model != first.model)
    }
  }
}

import Inference
import Networks
import Safetensors
import Tensors
import TestSupport
import Testing
import Volumes

@Suite(.serialized)
struct SlidingWindowTests {
  /// nnU-Net's predictor adds in half precision: its logits are exact to a few of their last bits, but where weights are so small that
  /// their products with logits have hardly any bits.
  @Test(arguments: ["volume", "slices"])
  func logitsOfTwoFoldsEqualTheReference(name: String) throws {
    let file = try Fixture.tensors("sliding_\(name)")
    var tiny = TinyPlan()
    tiny.patch = name == "slices" ? [8, 8] : [8, 8, 8]
    tiny.spacing = tiny.patch.map { _ in 1 }
    tiny.features = [3, 5]
    tiny.channels = 2
    let model = try TinyModel(tiny)
    for fold in 0..<2 {
      let prefix = "fold_\(fold)."
      let entries = try file.names.filter { $0.hasPrefix(prefix) }.map {
        SafetensorsEntry(
          name: String($0.dropFirst(prefix.count)), shape: try file.tensor(named: $0).shape,
          floats: try file.floats($0))
      }
      try model.write(
        entries, fold: fold,
        training: TinyModel.training(tiny.configuration, mirrorAxes: Array(tiny.patch.indices)))
    }
    var settings = Predictor.Settings()
    settings.precision = .float32
    let predictor = try Predictor(ModelFolder(model.path), settings: settings)
    let image = try file.channels("image")
    let logits = try #require(predictor.slidingWindow.logits(WindowInput(image)))
    let expected = try file.channels("logits")
    #expect(logits.count == 3 && logits[0].shape == image[0].shape)
    let largest = expected.map { $0.elements.map(abs).max() ?? 0 }.max() ?? 0
    let weights = totalWeights(
      over: image[0].shape, window: Shape3(name == "slices" ? [1, 8, 8] : [8, 8, 8]))
    let voxels = weights.indices.filter { weights[$0] > 0.01 }
    #expect(2 * voxels.count > weights.count)
    for (found, expected) in zip(logits, expected) {
      let difference = largestDifference(
        voxels.map { found.elements[$0] }, voxels.map { expected.elements[$0] })
      #expect(difference.value <= 4e-3 * Double(largest), "at \(difference.index)")
    }
  }

  /// The sum of the weights of all windows at every voxel.
  private func totalWeights(over shape: Shape3, window: Shape3) -> [Float] {
    let padded = Shape3((0..<3).map { max(shape[$0], window[$0]) })
    let before = (0..<3).map { (padded[$0] - shape[$0]) / 2 }
    let weights = VoxelArray(shape: window, elements: windowWeights(window))
    var total = VoxelArray<Float>(repeating: 0, shape: shape)
    let grid = WindowGrid(padded, window: window, step: 0.5)
    for index in 0..<grid.count {
      let origin = grid.origin(index)
      for i in 0..<shape.depth {
        for j in 0..<shape.height {
          for k in 0..<shape.width {
            let (a, b, c) = (
              i + before[0] - origin.0, j + before[1] - origin.1, k + before[2] - origin.2
            )
            guard (0..<window.depth) ~= a, (0..<window.height) ~= b, (0..<window.width) ~= c
            else { continue }
            total[i, j, k] += weights[a, b, c]
          }
        }
      }
    }
    return total.elements
  }

  struct Setup: CustomTestStringConvertible {
    let name: String
    let shape: Shape3
    var patch = [8, 8, 8]
    var mirrorAxes = [0, 1, 2]
    var step = 0.5
    var networks = 1

    var testDescription: String { name }
  }

  static let setups = [
    Setup(name: "no mirroring", shape: Shape3(13, 9, 21), mirrorAxes: []),
    Setup(name: "one mirrored axis", shape: Shape3(9, 17, 8), mirrorAxes: [1]),
    Setup(name: "last axis only", shape: Shape3(9, 8, 17), mirrorAxes: [2]),
    Setup(name: "all mirrored axes", shape: Shape3(12, 11, 10)),
    Setup(name: "smaller than the window", shape: Shape3(3, 7, 5), networks: 2),
    Setup(name: "one voxel", shape: Shape3(1, 1, 1)),
    Setup(name: "small along the last axis", shape: Shape3(9, 10, 3)),
    Setup(name: "short steps", shape: Shape3(11, 8, 12), mirrorAxes: [0, 2], step: 0.3),
    Setup(name: "no overlap", shape: Shape3(16, 24, 8), mirrorAxes: [0], step: 1),
    Setup(name: "oblong window", shape: Shape3(9, 20, 17), patch: [4, 16, 8], networks: 3),
    Setup(name: "slices", shape: Shape3(4, 13, 9), patch: [8, 8], mirrorAxes: [0, 1]),
    Setup(
      name: "one mirrored axis of slices", shape: Shape3(3, 7, 20), patch: [8, 8],
      mirrorAxes: [1], networks: 2),
  ]

  @Test(arguments: setups) func logitsEqualTheSlowSum(setup: Setup) throws {
    var tiny = TinyPlan()
    tiny.patch = setup.patch
    tiny.spacing = setup.patch.map { _ in 1 }
    tiny.features = [3, 5]
    tiny.channels = 2
    let networks = try (0..<setup.networks).map {
      try tiny.network(classes: 3, seed: UInt64($0) + 1)
    }
    let device = try Device(precision: .float32)
    let predictor = try Predictor(
      networks: networks, on: device, preprocessor: try tiny.preprocessor(),
      labels: try labelSet([1, 2]), mirrorAxes: setup.mirrorAxes, step: setup.step)
    let image = [noise(setup.shape, seed: 3), noise(setup.shape, seed: 4)]
    var shares: [Double] = []
    let found = try #require(
      predictor.slidingWindow.logits(WindowInput(image)) { shares.append($0) })
    let slow = SlowPrediction(
      networks: networks, device: device,
      window: Shape3((setup.patch.count == 2 ? [1] : []) + setup.patch),
      mirrorAxes: setup.mirrorAxes.map { setup.patch.count == 2 ? $0 + 1 : $0 }, step: setup.step)
    let expected = slow.logits(image)
    try device.throwFailure()
    let largest = expected.joined().map(abs).max() ?? 0
    #expect(largest > 0.1)
    for (found, expected) in zip(found, expected) {
      #expect(found.shape == setup.shape)
      let difference = largestDifference(found.elements, expected)
      #expect(difference.value <= 2e-5 * largest, "at \(difference.index)")
    }
    #expect(shares.last == 1 && shares == shares.sorted())
  }

  @Test func meanOfNetworksIsTheMeanOfTheirLogits() throws {
    let networks = try (1...3).map { try TinyPlan().network(classes: 2, seed: $0) }
    let image = [noise(Shape3(16, 20, 17), seed: 5)]
    func logits(_ networks: [UNet]) throws -> [VoxelArray<Float>] {
      let predictor = try Predictor(
        networks: networks, on: try Device(precision: .float32),
        preprocessor: try TinyPlan().preprocessor(), labels: try labelSet([1]), mirrorAxes: [2])
      return try #require(predictor.slidingWindow.logits(WindowInput(image)))
    }
    let single = try networks.map { try logits([$0]) }
    let together = try logits(networks)
    for k in 0..<2 {
      let mean = together[k].elements.indices.map { voxel in
        single.reduce(0.0) { $0 + Double($1[k].elements[voxel]) } / 3
      }
      #expect(largestDifference(together[k].elements, mean).value <= 1e-5)
    }
  }

  @Test(arguments: [0, 777, 16 * 20 * 17 - 1], [Float.nan, .infinity])
  func oneBadVoxelIsFound(index: Int, value: Float) throws {
    var image = noise(Shape3(16, 20, 17), seed: 5)
    image.elements[index] = value
    let predictor = try Predictor(
      networks: [try TinyPlan().network(classes: 2, seed: 1)],
      on: try Device(precision: .float32), preprocessor: try TinyPlan().preprocessor(),
      labels: try labelSet([1]), mirrorAxes: [])
    #expect(predictor.slidingWindow.logits(WindowInput([image])) == nil)
  }
}

/// The definition, window by window and voxel by voxel, in double precision but for the network.
struct SlowPrediction {
  let networks: [UNet]
  let device: Device
  let window: Shape3
  let mirrorAxes: [Int]
  let step: Double

  func logits(_ channels: [VoxelArray<Float>]) -> [[Double]] {
    let shape = channels[0].shape
    let before = (0..<3).map { max(0, window[$0] - shape[$0]) / 2 }
    let padded = Shape3((0..<3).map { max(shape[$0], window[$0]) })
    let weights = windowWeights(window).map(Double.init)
    let grid = WindowGrid(padded, window: window, step: step)
    let classes = networks[0].architecture.classes
    var sums = Array(repeating: [Double](repeating: 0, count: shape.count), count: classes)
    var total = [Double](repeating: 0, count: shape.count)
    for z in grid.starts[0] {
      for y in grid.starts[1] {
        for x in grid.starts[2] {
          for network in networks {
            for mirrored in subsets() {
              let values = apply(network, channels, at: [z, y, x], before, mirrored)
              forEachVoxel { position, index in
                guard
                  let target = place([z, y, x], position, before, shape, mirrored: [])
                else { return }
                let source = self.index(mirror(position, mirrored))
                for k in 0..<classes {
                  sums[k][target] += weights[index] * Double(values[k * window.count + source])
                }
                total[target] += weights[index]
              }
            }
          }
        }
      }
    }
    return sums.map { sum in zip(sum, total).map { $0 / $1 } }
  }

  private func subsets() -> [[Int]] {
    mirrorAxes.reduce([[]]) { subsets, axis in subsets + subsets.map { $0 + [axis] } }
  }

  private func forEachVoxel(_ body: ([Int], Int) -> Void) {
    for i in 0..<window.depth {
      for j in 0..<window.height {
        for k in 0..<window.width { body([i, j, k], index([i, j, k])) }
      }
    }
  }

  private func index(_ position: [Int]) -> Int {
    (position[0] * window.height + position[1]) * window.width + position[2]
  }

  private func mirror(_ position: [Int], _ axes: [Int]) -> [Int] {
    (0..<3).map { axes.contains($0) ? window[$0] - 1 - position[$0] : position[$0] }
  }

  /// Where a voxel of a window lies in the image's memory; nil outside.
  private func place(
    _ origin: [Int], _ position: [Int], _ before: [Int], _ shape: Shape3, mirrored: [Int]
  ) -> Int? {
    let inner = mirror(position, mirrored)
    let place = (0..<3).map { origin[$0] + inner[$0] - before[$0] }
    guard (0..<3).allSatisfy({ (0..<shape[$0]).contains(place[$0]) }) else { return nil }
    return (place[0] * shape.height + place[1]) * shape.width + place[2]
  }

  private func apply(
    _ network: UNet, _ channels: [VoxelArray<Float>], at origin: [Int], _ before: [Int],
    _ mirrored: [Int]
  ) -> [Float] {
    var input = [Float](repeating: 0, count: channels.count * window.count)
    for (channel, image) in channels.enumerated() {
      forEachVoxel { position, index in
        guard
          let source = place(origin, position, before, image.shape, mirrored: mirrored)
        else { return }
        input[channel * window.count + index] = image.elements[source]
      }
    }
    let tensor = input.withUnsafeBufferPointer {
      Tensor(
        $0,
        shape: TensorShape(
          batch: 1, channels: channels.count, size: Size3(window.lengths)), on: device)
    }
    return network.logits(tensor).withLogits { Array($0) }
  }
}

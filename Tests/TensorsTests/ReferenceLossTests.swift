import JSONDocuments
import Safetensors
import Tensors
import TestSupport
import Testing

/// nnU-Net's losses for regions and ignore labels; see Fixtures/README.md.
@Suite struct ReferenceLossTests {
  static let names = [
    "regions", "regions_batch", "regions_ignore", "regions_ignore_batch", "regions_all_ignored",
    "regions_scattered", "regions_levels", "regions_large_logits", "labels_ignore",
    "labels_ignore_batch", "labels_levels", "labels_all_ignored",
  ]

  @Test(arguments: names, [Precision.float32, .bfloat16])
  func valuesAndGradientsEqualTheReference(name: String, precision: Precision) throws {
    let folder = "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/")
    let file = try SafetensorsFile(contentsOf: "\(folder)/Fixtures/losses.safetensors")
    let document = try JSONValue(contentsOf: "\(folder)/Fixtures/losses.json")
    let entry = try #require(document.array?.first { $0["name"]?.string == name })
    let weights = try #require(entry["weights"]?.doubles)
    let hasIgnoreLabel = entry["hasIgnoreLabel"]?.bool == true
    let channels = entry["regions"]?.array.map { regions in
      SegmentationLoss.Channels.regions(
        RegionMembership(regions.map { ($0.ints ?? []).map { Int16($0) } }),
        hasIgnoredVoxels: hasIgnoreLabel)
    }
    let device = try Device(precision: precision)
    let tape = Tape()
    var variables: [Variable] = []
    var targets: [LabelBatch] = []
    for level in weights.indices {
      let extent = try file.tensor(named: "\(name).logits.\(level)").shape
      let size = Size3(Array(extent[2...]))
      variables.append(
        Variable(
          try file.floats("\(name).logits.\(level)"),
          shape: TensorShape(batch: extent[0], channels: extent[1], size: size), on: device,
          recordingOn: tape))
      let bytes = try file.bytes("\(name).labels.\(level)")
      targets.append(
        LabelBatch(
          batch: extent[0], size: size,
          labels: stride(from: 0, to: bytes.count, by: 2).map {
            Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
          }))
    }
    let loss = SegmentationLoss(
      channels ?? .labels, batchDice: entry["batchDice"]?.bool == true,
      levelWeights: weights)(variables.map { identityLogits($0.tensor) }, targets)
    let expected = try #require(entry["value"]?.double)
    #expect(abs(loss.value - expected) <= 1e-5, "\(loss.value) against \(expected)")

    _ = loss.gradients()
    for level in weights.indices {
      let found = try #require(variables[level].gradient)
      let exact = try file.floats("\(name).gradient.\(level)")
      let largest = exact.reduce(0) { max($0, abs($1)) }
      // The gradient of the logits is float32; on its way to a bfloat16 input it is rounded to eight bits.
      let rounding: Float = precision == .float32 ? 0 : 1 / 256
      let worst = zip(found, exact).map { abs($0 - $1) - rounding * abs($1) }.max()
      #expect(try #require(worst) <= 2e-6 * largest, "level \(level)")
    }
  }

  @Test func membershipFollowsTheLists() {
    let regions = RegionMembership([[5, 1, 2, 3, 3], [0], [9, 7]])
    let members: [Set<Int16>] = [[1, 2, 3, 5], [0], [7, 9]]
    #expect(regions.count == 3)
    for region in 0..<3 {
      for label in Int16(0)...10 {
        #expect(regions.contains(label, in: region) == members[region].contains(label))
      }
    }
  }

  /// Logits equal to the tensor's numbers.
  private func identityLogits(_ x: Tensor) -> Tensor {
    let k = x.shape.channels
    let weight = Parameter(name: "identity", shape: [k, k, 1, 1, 1])
    weight.values = (0..<k * k).map { $0 / k == $0 % k ? 1 : 0 }
    return x.logits(weight: weight, bias: Parameter(name: "zero", shape: [k]))
  }
}

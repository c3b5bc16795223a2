import JSONDocuments
import TestSupport
import Testing
import TorchCheckpoints

@Suite struct TorchCheckpointTests {
  @Test func tensorsOfEveryTypeAreRead() throws {
    let checkpoint = try TorchCheckpoint(contentsOf: fixture("types.pth"))
    let weights = try checkpoint.tensors("network_weights")
    func floats(_ name: String) throws -> (shape: [Int], values: [Float]) {
      let found = try #require(weights.first { $0.name == name }).tensor
      return (found.shape, try checkpoint.floats(found, named: name))
    }
    let ramp = (0..<24).map(Float.init)
    let types = [
      "float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8",
      "alias", "parameter",
    ]
    for name in types { #expect(try floats(name) == ([2, 3, 4], ramp), "\(name)") }
    #expect(try floats("bool").values == (0..<24).map { Float($0 % 2) })
    // Element (c, a, b) of the (4, 2, 3) view is element (a, b, c) of the ramp.
    var transposed: [Float] = []
    for c in 0..<4 { transposed += (0..<6).map { Float($0 * 4 + c) } }
    #expect(try floats("transposed") == ([4, 2, 3], transposed))
    #expect(try floats("window") == ([2, 2], [16, 18, 20, 22]))
    #expect(try floats("scalar") == ([], [0.5]))
    #expect(try floats("empty") == ([0, 3], []))
    #expect(try floats("special").values == [65504, 0x1p-24, 0, .infinity, 0.0999755859375])
    #expect(weights.first?.tensor.dataType == .float64)
    let aliases = weights.filter { ["float32", "alias"].contains($0.name) }
    #expect(aliases.count == 2 && aliases[0].tensor == aliases[1].tensor)
  }

  @Test func otherPartsAreRead() throws {
    let checkpoint = try TorchCheckpoint(contentsOf: fixture("types.pth"))
    #expect(
      try checkpoint.document("init_args") == [
        "configuration": "3d_fullres", "fold": 0, "device": "cpu", "big": .integer(1 << 40),
        "huge": .null, "negative": -3, "nothing": .null, "yes": true, "size": [1, 2],
      ])
    #expect(try checkpoint.document("logging") == ["dice": [0.5, 0.25], "count": 7])
    #expect(try checkpoint.document("inference_allowed_mirroring_axes")?.ints == [0, 1, 2])
    #expect(try checkpoint.document("_best_ema") == .null)
    #expect(try checkpoint.document("none") == nil)
    #expect(checkpoint.foreignNames == ["fractions.Fraction"])
    let error = #expect(throws: TorchCheckpointError.self) { try checkpoint.document("foreign") }
    #expect(error?.description.contains("fractions.Fraction") == true)
  }

  @Test func newerProtocolIsRead() throws {
    let checkpoint = try TorchCheckpoint(contentsOf: fixture("protocol5.pth"))
    let (name, tensor) = try #require(try checkpoint.tensors("network_weights").first)
    #expect(try name == "a" && checkpoint.floats(tensor, named: name) == [0, 1, 2])
  }

  @Test(arguments: [
    ("legacy.pth", "before 1.6"), ("foreign.pth", "fractions.Fraction"), ("README.md", "no zip"),
  ])
  func otherFilesAreRefused(name: String, problem: String) throws {
    let error = #expect(throws: TorchCheckpointError.self) {
      try TorchCheckpoint(contentsOf: fixture(name))
    }
    let line = error?.description ?? ""
    #expect(line.contains(problem) && line.contains(name) && !line.contains("\n"), "\(line)")
  }

  @Test func foreignWeightIsNamed() throws {
    let checkpoint = try TorchCheckpoint(contentsOf: fixture("foreign_weight.pth"))
    let error = #expect(throws: TorchCheckpointError.self) {
      try checkpoint.tensors("network_weights")
    }
    let line = error?.description ?? ""
    #expect(line.contains("\"b\"") && line.contains("fractions.Fraction"), "\(line)")
    #expect(throws: TorchCheckpointError.self) { try checkpoint.tensors("optimizer_state") }
  }
}

import JSONDocuments
import TestSupport
import Testing
import TorchCheckpoints

@Suite struct TorchCheckpointWriterTests {
  /// The fixture's script reads the same bytes with `torch.load`.
  @Test func checkpointIsTheOneThatTorchReads() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/written.pth"
    let shared = TorchStorage(shape: [2, 3, 4], floats: (0..<24).map { Float($0) / 8 })
    let single = TorchStorage(shape: [1], floats: [-1.5])
    try TorchCheckpointWriter.write(
      .dictionary([
        (
          "network_weights",
          .orderedDictionary([
            ("a.weight", .tensor(shared)), ("b.weight", .tensor(shared)),
            ("c.bias", .tensor(single)),
          ])
        ),
        (
          "init_args",
          TorchValue([
            "text": "ä", "none": .null, "flags": [true, false],
            "numbers": [0, 255, 256, -1, .integer(1 << 40), 0.1],
          ])
        ), ("axes", .tuple([.integer(0), .integer(1), .integer(2)])), ("list", .list([])),
        ("device", .device("cpu")),
      ]), to: path)
    #expect(try bytes(ofFile: path) == bytes(ofFile: fixture("written.pth")))
    let checkpoint = try TorchCheckpoint(contentsOf: path)
    let weights = try checkpoint.tensors("network_weights")
    #expect(weights.map(\.name) == ["a.weight", "b.weight", "c.bias"])
    #expect(weights[0].tensor == weights[1].tensor)
    #expect(try checkpoint.floats(weights[0].tensor, named: "") == shared.floats)
    #expect(try checkpoint.floats(weights[2].tensor, named: "") == [-1.5])
    #expect(try checkpoint.document("axes")?.ints == [0, 1, 2])
    #expect(try checkpoint.document("device")?.string == "cpu")
  }

  @Test func nothingIsWrittenOnError() throws {
    let folder = try TemporaryFolder()
    #expect(throws: TorchCheckpointError.self) {
      try TorchCheckpointWriter.write(.none, to: folder.path + "/none/a.pth")
    }
    #expect(folder.names.isEmpty)
  }
}

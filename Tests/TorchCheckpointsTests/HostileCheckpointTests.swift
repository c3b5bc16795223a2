import Glibc
import JSONDocuments
import TestSupport
import Testing
import TorchCheckpoints

/// Pickles made to do harm: each is one clear line, and nothing is executed.
@Suite struct HostileCheckpointTests {
  /// A call of a function with one text.
  private func call(_ module: String, _ name: String, _ argument: String) -> [UInt8] {
    Piece.global(module, name) + Piece.text(argument) + [0x85] + Piece.code("R")
  }

  @Test(arguments: [
    ("os", "system"), ("posix", "system"), ("builtins", "eval"), ("builtins", "exec"),
    ("__builtin__", "getattr"), ("subprocess", "Popen"), ("torch", "load"),
    ("torch.hub", "load_state_dict_from_url"),
  ])
  func callsAreNotMade(module: String, name: String) throws {
    let folder = try TemporaryFolder()
    let evil = call(module, name, "touch \(folder.path)/executed")
    for (pickle, place) in [
      (Piece.start + evil + Piece.code("."), "the checkpoint"),
      (Piece.weights(evil), "the weight \"a\""),
      (
        Piece.start + Piece.code("}") + Piece.text("network_weights") + evil + Piece.code("s."),
        "\"network_weights\""
      ),
    ] {
      expectRefusal(["\(module).\(name)", place, "nothing was executed"]) {
        try open(pickle: pickle).tensors("network_weights")
      }
    }
    #expect(folder.names.isEmpty)
  }

  @Test func nestingOfAMillionIsHarmless() throws {
    let depth = 1_000_000
    let lists = Array(repeating: UInt8(ascii: "]"), count: depth)
    let closing = Array(repeating: UInt8(ascii: "a"), count: depth - 1)
    let pickle =
      Piece.start + Piece.code("}") + Piece.text("network_weights") + lists + closing
      + Piece.code("s.")
    expectRefusal(["no dictionary of tensors"]) {
      try open(pickle: pickle).tensors("network_weights")
    }
    expectRefusal(["nested too deeply"]) { try open(pickle: pickle).document("network_weights") }
    let tuples = Piece.start + Piece.code("N") + Array(repeating: 0x85, count: depth)
    expectRefusal(["far more memory"]) { try open(pickle: tuples + Piece.code(".")) }
    let marks = Piece.start + Array(repeating: UInt8(ascii: "("), count: depth)
    expectRefusal(["ends too early"]) { try open(pickle: marks) }
  }

  @Test func sharedPartsDoNotExplode() throws {
    // Every list holds the one before ten times: 10^30 texts in all.
    var pickle = Piece.start + Piece.code("}") + Piece.text("network_weights")
    pickle += Piece.text("ha")
    for level in 0..<30 {
      pickle += Piece.code("q") + [UInt8(level)] + Piece.code("0](")
      for _ in 0..<10 { pickle += Piece.code("h") + [UInt8(level)] }
      pickle += Piece.code("e")
    }
    pickle += Piece.code("s.")
    expectRefusal(["no dictionary of tensors"]) {
      try open(pickle: pickle).tensors("network_weights")
    }
    expectRefusal(["too large"]) { try open(pickle: pickle).document("network_weights") }
  }

  @Test func ringsAreHarmless() throws {
    let ring = Piece.start + Piece.code("}q\u{0}") + Piece.text("network_weights")
    expectRefusal(["\"network_weights\"", "no tensor"]) {
      try open(pickle: ring + Piece.code("h\u{0}s.")).tensors("network_weights")
    }
    expectRefusal(["nested too deeply"]) {
      try open(pickle: ring + Piece.code("h\u{0}s.")).document("network_weights")
    }
  }

  static let lengths: [[UInt8]] = [
    Piece.code("X") + [0xFF, 0xFF, 0xFF, 0xFF], [0x8D] + Array(repeating: 0xFF, count: 8),
    Piece.code("B") + [0xFF, 0xFF, 0xFF, 0xFF], [0x8E] + Array(repeating: 0x7F, count: 8),
    [0x8B, 0xFF, 0xFF, 0xFF, 0x7F], [0x8B, 0xFF, 0xFF, 0xFF, 0xFF],
    [0x95] + Array(repeating: 0xFF, count: 3), [0x96] + Array(repeating: 0x7F, count: 8),
  ]

  @Test(arguments: lengths) func lengthsBeyondTheFileAreRefused(piece: [UInt8]) throws {
    expectRefusal([]) { try open(pickle: Piece.start + piece) }
    expectRefusal([]) { try open(pickle: Piece.start + piece + Piece.code("abc.")) }
  }

  @Test func hugeNumbersAreNotKept() throws {
    let digits = Array(repeating: UInt8(0x7F), count: 1 << 20)
    let huge = [0x8B] + Piece.little(Int32(digits.count)) + digits
    expectRefusal(["arguments that it never has"]) {
      try open(pickle: Piece.weights(Piece.tensor(offset: huge)))
    }
  }

  static let instructions: [[UInt8]] = [
    [], Piece.code("."), Piece.code("0"), Piece.code("R."), Piece.code("t."), Piece.code("s."),
    Piece.code("Na."), Piece.code("NNs."), Piece.code("(N0t0."), Piece.code("h\u{7}."),
    Piece.code("j\u{7}\u{7}\u{7}\u{7}."), Piece.code("(R."), Piece.code("NNR."),
    Piece.code("}(Nu."), Piece.code("NQ."), Piece.code("Pabc\n."), Piece.code("ios\nsystem\n."),
    Piece.code("(cos\nsystem\no."), [0x82, 1], [0x80, 9], Piece.code("cos"), [0xFF],
    Piece.code("I12\n."), Piece.code("NN\u{93}."),
  ]

  @Test(arguments: instructions) func nonsenseIsRefused(piece: [UInt8]) throws {
    expectRefusal(["damaged"]) { try open(pickle: Piece.start + piece) }
  }

  static let tensors: [([UInt8], String)] = [
    (Piece.tensor(key: "7"), "are missing"), (Piece.tensor(key: "../../etc/passwd"), "missing"),
    (Piece.tensor(count: [0x4B, 13]), "claims 13"),
    (Piece.tensor(count: [0x8A, 8] + Piece.little(Int64.max)), "claims"),
    (Piece.tensor(offset: [0x4B, 1]), "outside its storage"),
    (Piece.tensor(offset: Piece.code("J") + Piece.little(Int32(-1))), "impossible"),
    (Piece.tensor(shape: [[0x4B, 13]]), "outside its storage"),
    (
      Piece.tensor(shape: [Piece.code("J") + Piece.little(Int32.max)], strides: [[0x4B, 0]]), "out"
    ),
    (Piece.tensor(strides: [[0x4B, 2]]), "outside its storage"),
    (Piece.tensor(strides: [Piece.code("J") + Piece.little(Int32(-1))]), "impossible"),
    (Piece.tensor(strides: []), "impossible"),
    (Piece.tensor(strides: [[0x8A, 8] + Piece.little(Int64.max)]), "impossible"),
    (
      Piece.tensor(
        shape: Array(repeating: [0x4D, 0xFF, 0xFF], count: 5),
        strides: Array(repeating: [0x4B, 0], count: 5)), "impossible"
    ),
  ]

  @Test(arguments: tensors)
  func tensorsOutsideTheirStorageAreRefused(tensor: [UInt8], problem: String) throws {
    let checkpoint = try open(pickle: Piece.weights(tensor))
    expectRefusal(["\"a\"", problem]) { try checkpoint.tensors("network_weights") }
  }

  /// The archive's folder is named by the file, in any script.
  @Test(arguments: ["checkpoint", "modèle", "e\u{301}", "模型"])
  func soundTensorIsRead(folder: String) throws {
    let checkpoint = try open(pickle: Piece.weights(Piece.tensor()), in: folder)
    let (name, tensor) = try #require(try checkpoint.tensors("network_weights").first)
    #expect(try checkpoint.floats(tensor, named: name) == Array(repeating: 0, count: 12))
  }
}

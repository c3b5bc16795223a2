import JSONDocuments
import Testing
import TorchCheckpoints

/// Pickles that stand for far more memory or work than their length.
@Suite struct PickleBombTests {
  /// Keeps an object under a number, and takes it off the stack.
  private static func kept(_ number: UInt8, _ object: [UInt8]) -> [UInt8] {
    object + Piece.code("q") + [number] + Piece.code("0")
  }

  private static func recall(_ numbers: UInt8...) -> [UInt8] {
    numbers.flatMap { Piece.code("h") + [$0] }
  }

  private static func repeated(_ piece: [UInt8], _ count: Int) -> [UInt8] {
    Array(repeatElement(piece, count: count).joined())
  }

  /// Instructions after which a few bytes, again and again, ask for the copy of a large object.
  static let copies: [[UInt8]] = [
    // The bytes of a text of a megabyte, ten thousand times.
    kept(0, Piece.text(String(repeating: "a", count: 1 << 20))) + kept(1, Piece.text("latin1"))
      + kept(2, Piece.global("_codecs", "encode"))
      + repeated(recall(2, 0, 1) + [0x86] + Piece.code("R0"), 10_000),
    // The dictionary of a list of a hundred thousand pairs.
    kept(0, Piece.code("NN") + [0x86])
      + kept(1, Piece.code("](") + repeated(recall(0), 100_000) + Piece.code("e") + [0x85])
      + kept(2, Piece.global("collections", "OrderedDict"))
      + repeated(recall(2, 1) + Piece.code("R0"), 10_000),
    // Classes with long names.
    kept(0, Piece.text(String(repeating: "a", count: 900)))
      + repeated(recall(0, 0) + [0x93] + Piece.code("0"), 100_000),
  ]

  @Test(arguments: copies) func copiesAreCounted(instructions: [UInt8]) {
    expectRefusal(["far more memory"]) {
      try open(pickle: Piece.start + instructions + Piece.code("}."))
    }
  }

  @Test func namesOfClassesAreShort() {
    let long = Piece.text(String(repeating: "a", count: 3000))
    expectRefusal(["too long"]) {
      try open(pickle: Piece.start + long + Piece.text("b") + [0x93] + Piece.code("."))
    }
  }

  /// Ten million empty tuples in an archive of ten kilobytes.
  @Test func listsOfObjectsAreNotCompressed() {
    let tuples = Piece.start + Array(repeating: UInt8(ascii: ")"), count: 10_000_000)
    expectRefusal(["data.pkl", "10000002 bytes"]) { try open(pickle: tuples, method: .deflated) }
  }

  /// A hundred thousand items with one name of a hundred thousand letters.
  @Test func longNamesAreNotComparedForEver() throws {
    let name = Piece.text(String(repeating: "a", count: 100_000))
    let items = Self.repeated(Self.recall(0) + Piece.code("N"), 100_000)
    let checkpoint = try open(
      pickle: Piece.start + Self.kept(0, name) + Piece.code("}") + Piece.text("logging")
        + Piece.code("}(") + items + Piece.code("us."))
    expectRefusal(["too large"]) { try checkpoint.document("logging") }
  }

  /// What Python itself writes for many small objects, the densest that honest pickles get.
  @Test func manySmallObjectsAreRead() throws {
    let lists = Self.repeated(Piece.code("]") + [0x94], 200_000)
    let numbers = Self.repeated([0x88], 200_000)
    let checkpoint = try open(
      pickle: [0x80, 4] + Piece.code("}") + [0x94] + Piece.code("(") + Piece.text("lists")
        + Piece.code("](") + lists + Piece.code("e") + Piece.text("flags") + Piece.code("](")
        + numbers + Piece.code("eu."))
    #expect(try checkpoint.document("lists")?.array?.count == 200_000)
    #expect(try checkpoint.document("flags")?.array?.count == 200_000)
  }

  /// Appended one by one, as hostile as it is slow if every append copies the list.
  @Test func appendingDoesNotCopy() throws {
    let count = 300_000
    let checkpoint = try open(
      pickle: Piece.start + Piece.code("}") + Piece.text("list") + Piece.code("]")
        + Self.repeated(Piece.code("Na"), count) + Piece.code("s."))
    #expect(try checkpoint.document("list")?.array?.count == count)
  }

  /// The last item of a name counts, at the place of the first, as in Python.
  @Test func laterItemsReplaceEarlierOnes() throws {
    let items = ["a", "b", "a"].enumerated().flatMap { index, name in
      Piece.text(name) + [0x4B, UInt8(index)]
    }
    let checkpoint = try open(
      pickle: Piece.start + Piece.code("}") + Piece.text("x") + Piece.code("}(") + items
        + Piece.code("us."))
    #expect(try checkpoint.document("x") == ["a": 2, "b": 1])
  }
}

import JSONDocuments
import Testing
import TorchCheckpoints
import ZipArchives

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

  /// Large objects that a few bytes, again and again, ask for a copy of.
  enum Copied: CaseIterable {
    /// The bytes of a text of a megabyte.
    case text
    /// The dictionary of a list of twenty thousand pairs.
    case list
    /// A class with a long name.
    case name

    var instructions: [UInt8] {
      switch self {
      case .text:
        let text = kept(0, Piece.text(String(repeating: "a", count: 1 << 20)))
        let encoding = kept(1, Piece.text("latin1"))
        let function = kept(2, Piece.global("_codecs", "encode"))
        let call: [UInt8] = recall(2, 0, 1) + [0x86] + Piece.code("R0")
        return text + encoding + function + repeated(call, 1_000)
      case .list:
        let pair: [UInt8] = kept(0, Piece.code("NN") + [0x86])
        let list: [UInt8] = Piece.code("](") + repeated(recall(0), 20_000) + Piece.code("e")
        let arguments = kept(1, list + [0x85])
        let function = kept(2, Piece.global("collections", "OrderedDict"))
        return pair + arguments + function + repeated(recall(2, 1) + Piece.code("R0"), 1_000)
      case .name:
        let name = kept(0, Piece.text(String(repeating: "a", count: 900)))
        let global: [UInt8] = recall(0, 0) + [0x93] + Piece.code("0")
        return name + repeated(global, 20_000)
      }
    }
  }

  @Test(arguments: Copied.allCases) func copiesAreCounted(copied: Copied) {
    expectRefusal(["far more memory"]) {
      try open(pickle: Piece.start + copied.instructions + Piece.code("}."))
    }
  }

  @Test func namesOfClassesAreShort() {
    let long = Piece.text(String(repeating: "a", count: 3000))
    expectRefusal(["too long"]) {
      try open(pickle: Piece.start + long + Piece.text("b") + [0x93] + Piece.code("."))
    }
  }

  /// A million empty tuples in an archive of a kilobyte.
  @Test func listsOfObjectsAreNotCompressed() {
    let tuples = Piece.start + Array(repeating: UInt8(ascii: ")"), count: 1_000_000)
    expectRefusal(["data.pkl", "1000002 bytes"]) { try open(pickle: tuples, method: .deflated) }
  }

  /// Twenty thousand items with one name of a hundred thousand letters.
  @Test func longNamesAreNotComparedForEver() throws {
    let name = Piece.text(String(repeating: "a", count: 100_000))
    let items = Self.repeated(Self.recall(0) + Piece.code("N"), 20_000)
    let start = Piece.start + Self.kept(0, name) + Piece.code("}") + Piece.text("logging")
    let checkpoint = try open(pickle: start + Piece.code("}(") + items + Piece.code("us."))
    expectRefusal(["too large"]) { try checkpoint.document("logging") }
  }

  private func many(_ piece: [UInt8]) -> [UInt8] { Self.repeated(piece, 50_000) }

  /// What Python itself writes for many small objects, the densest that honest pickles get.
  @Test func manySmallObjectsAreRead() throws {
    let start: [UInt8] = [0x80, 4] + Piece.code("}(")
    let lists = Piece.text("lists") + Piece.code("](") + many(Piece.code("]") + [0x94])
    let flags = Piece.text("flags") + Piece.code("](") + many([0x88])
    let checkpoint = try open(
      pickle: start + lists + Piece.code("e") + flags + Piece.code("eu."))
    #expect(try checkpoint.document("lists")?.array?.count == 50_000)
    #expect(try checkpoint.document("flags")?.array?.count == 50_000)
  }

  /// Appended one by one, as hostile as it is slow if every append copies the list.
  @Test func appendingDoesNotCopy() throws {
    let count = 100_000
    let start = Piece.start + Piece.code("}") + Piece.text("list") + Piece.code("]")
    let checkpoint = try open(
      pickle: start + Self.repeated(Piece.code("Na"), count) + Piece.code("s."))
    #expect(try checkpoint.document("list")?.array?.count == count)
  }

  /// The last item of a name counts, at the place of the first, as in Python.
  @Test func laterItemsReplaceEarlierOnes() throws {
    var items: [UInt8] = []
    for (index, name) in ["a", "b", "a"].enumerated() {
      items += Piece.text(name) + [0x4B, UInt8(index)]
    }
    let start = Piece.start + Piece.code("}") + Piece.text("x") + Piece.code("}(")
    let checkpoint = try open(pickle: start + items + Piece.code("us."))
    #expect(try checkpoint.document("x") == ["a": 2, "b": 1])
  }
}

import ZipArchives

/// Reads a pickle as data: a machine with a stack and a memo, of which no instruction executes anything.
///
/// - Source: Python's `pickletools`, protocols 2 to 5.
struct PickleReader {
  typealias Reference = PickleGraph.Reference

  /// Why a pickle is not read.
  struct Problem: Error {
    let text: String
  }

  private var graph: PickleGraph
  private var stack: [Reference] = []
  private var marks: [Int] = []
  /// What was kept, by its number; picklers number from 0 without gaps.
  private var memo: [Reference?] = []
  private var keptCount = 0
  private let bytes: UnsafeRawBufferPointer
  private var place = 0

  /// Bytes of a place in an array that doubles when it grows.
  private static let placeCost = 2 * MemoryLayout<Int>.stride

  /// Reads a pickle.
  ///
  /// - Parameter bytes: The pickle.
  /// - Returns: Its objects and the last one, which holds all others.
  /// - Throws: ``Problem`` if it contradicts itself, or has an instruction of no checkpoint.
  static func read(
    _ bytes: UnsafeRawBufferPointer
  ) throws(Problem) -> (graph: PickleGraph, root: Reference) {
    var reader = PickleReader(bytes)
    while true {
      let code = try reader.byte()
      if code == UInt8(ascii: ".") { break }
      try reader.execute(code)
    }
    return (reader.graph, try reader.pop())
  }

  private init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    graph = PickleGraph(ofPickle: bytes.count)
  }

  // MARK: The pickle's bytes

  private mutating func take(_ count: Int) throws(Problem) -> UnsafeRawBufferPointer {
    guard count >= 0, count <= bytes.count - place else {
      throw Problem(text: "an object of \(count) bytes reaches past the end of the list of objects")
    }
    defer { place += count }
    return UnsafeRawBufferPointer(rebasing: bytes[place..<place + count])
  }

  private mutating func byte() throws(Problem) -> UInt8 {
    guard place < bytes.count else { throw Problem(text: "the list of objects ends too early") }
    defer { place += 1 }
    return bytes[place]
  }

  private mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type
  ) throws(Problem) -> Int {
    let value = try take(MemoryLayout<Number>.size).number(type, at: 0)
    guard let result = Int(exactly: value) else { throw Problem(text: "an absurd length") }
    return result
  }

  private mutating func text(_ count: Int) throws(Problem) -> String {
    String(decoding: try take(count), as: UTF8.self)
  }

  private mutating func line() throws(Problem) -> String {
    // Names of classes are short.
    let end = bytes[place...].prefix(1000).firstIndex(of: 0x0A)
    guard let end else { throw Problem(text: "a name does not end") }
    defer { place = end + 1 }
    return String(decoding: bytes[place..<end], as: UTF8.self)
  }

  // MARK: The stack

  private mutating func push(_ object: PickleGraph.Object) throws(Problem) {
    try push(try graph.add(object))
  }

  private mutating func push(_ reference: Reference) throws(Problem) {
    try graph.spend(Self.placeCost)
    stack.append(reference)
  }

  private mutating func keep(_ number: Int) throws(Problem) {
    let gap = number + 1 - memo.count
    if gap > 0 {
      try graph.spend(2 * gap * MemoryLayout<Reference?>.stride)
      memo.append(contentsOf: repeatElement(nil, count: gap))
    }
    if memo[number] == nil { keptCount += 1 }
    memo[number] = try top()
  }

  private mutating func pop() throws(Problem) -> Reference {
    guard stack.count > (marks.last ?? 0), let last = stack.popLast() else {
      throw Problem(text: "an instruction finds no object")
    }
    return last
  }

  private mutating func popToMark() throws(Problem) -> [Reference] {
    guard let mark = marks.popLast() else { throw Problem(text: "an instruction finds no mark") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private func top() throws(Problem) -> Reference {
    guard stack.count > (marks.last ?? 0), let last = stack.last else {
      throw Problem(text: "an instruction finds no object")
    }
    return last
  }

  // MARK: Instructions

  private mutating func execute(_ code: UInt8) throws(Problem) {
    switch UnicodeScalar(code) {
    case "\u{80}":
      let version = try byte()
      guard (2...5).contains(version) else {
        throw Problem(text: "its pickle protocol \(version) is not read")
      }
    case "\u{95}": _ = try take(8)
    case "N": try push(.none)
    case "\u{88}": try push(.bool(true))
    case "\u{89}": try push(.bool(false))
    case "K": try push(.integer(Int(try byte())))
    case "M": try push(.integer(try number(UInt16.self)))
    case "J": try push(.integer(try number(Int32.self)))
    case "\u{8a}": try pushLong(Int(try byte()))
    case "\u{8b}": try pushLong(try number(Int32.self))
    case "G":
      let bits = UInt64(bigEndian: try take(8).loadUnaligned(as: UInt64.self))
      try push(.float(Double(bitPattern: bits)))
    case "X": try push(.string(try text(try number(UInt32.self))))
    case "\u{8c}": try push(.string(try text(Int(try byte()))))
    case "\u{8d}": try push(.string(try text(try number(UInt64.self))))
    case "B": try push(.bytes(Array(try take(try number(UInt32.self)))))
    case "C": try push(.bytes(Array(try take(Int(try byte())))))
    case "\u{8e}", "\u{96}": try push(.bytes(Array(try take(try number(UInt64.self)))))
    case "]": try push(.list([]))
    case "}": try push(.dictionary([]))
    case ")": try push(.tuple([]))
    case "\u{85}": try pushTuple(1)
    case "\u{86}": try pushTuple(2)
    case "\u{87}": try pushTuple(3)
    case "t": try push(.tuple(try popToMark()))
    case "l": try push(.list(try popToMark()))
    case "d": try push(.dictionary(try pairs(try popToMark())))
    case "(":
      try graph.spend(Self.placeCost)
      marks.append(stack.count)
    case "0": _ = try pop()
    case "1": _ = try popToMark()
    case "2": try push(try top())
    case "a": try append([try pop()])
    case "e": try append(try popToMark())
    case "s":
      let value = try pop()
      try setItems([try pop(), value])
    case "u": try setItems(try popToMark())
    case "q": try keep(Int(try byte()))
    case "r": try keep(try number(UInt32.self))
    case "\u{94}": try keep(keptCount)
    case "h": try recall(Int(try byte()))
    case "j": try recall(try number(UInt32.self))
    case "c":
      let module = try line()
      try pushGlobal(module, try line())
    case "\u{93}":
      let name = try pop()
      let module = try pop()
      guard let module = graph.string(module), let name = graph.string(name) else {
        throw Problem(text: "the name of a class is no text")
      }
      try pushGlobal(module, name)
    case "Q":
      let identity = try pop()
      guard let storage = graph.storage(identity) else {
        throw Problem(text: "an object outside the list of objects is no storage of numbers")
      }
      try push(.storage(storage))
    case "R", "\u{81}":
      let arguments = try pop()
      try call(try pop(), arguments)
    case "b":
      let state = try pop()
      graph.build(try top(), state)
    default:
      throw Problem(
        text:
          "its instruction 0x\(String(code, radix: 16)) at byte \(place - 1) is of no checkpoint")
    }
  }

  private mutating func pushLong(_ count: Int) throws(Problem) {
    let digits = try take(count)
    guard digits.count <= 8 else { return try push(.hugeInteger) }
    var value: Int64 = (digits.last ?? 0) & 0x80 == 0 ? 0 : -1
    for digit in digits.reversed() { value = value << 8 | Int64(digit) }
    try push(.integer(Int(value)))
  }

  private mutating func pushTuple(_ count: Int) throws(Problem) {
    try graph.spend(PickleGraph.arrayCost)
    var parts: [Reference] = []
    for _ in 0..<count { parts.append(try pop()) }
    try push(.tuple(parts.reversed()))
  }

  private mutating func recall(_ number: Int) throws(Problem) {
    guard number < memo.count, let reference = memo[number] else {
      throw Problem(text: "it recalls object \(number), which it did not keep")
    }
    try push(reference)
  }

  private mutating func pushGlobal(_ module: String, _ name: String) throws(Problem) {
    guard module.utf8.count + name.utf8.count <= 2000 else {
      throw Problem(text: "the name of a class is too long")
    }
    try graph.spend(module.utf8.count + name.utf8.count)
    try push(.global("\(module).\(name)"))
  }

  private func pairs(_ items: [Reference]) throws(Problem) -> [PickleGraph.Item] {
    guard items.count % 2 == 0 else { throw Problem(text: "a dictionary has a key without value") }
    return stride(from: 0, to: items.count, by: 2).map { (items[$0], items[$0 + 1]) }
  }

  private mutating func append(_ items: [Reference]) throws(Problem) {
    let target = try top()
    guard try graph.append(items, to: target) else {
      throw Problem(text: "it appends to an object that is no list")
    }
  }

  private mutating func setItems(_ items: [Reference]) throws(Problem) {
    let target = try top()
    guard try graph.set(try pairs(items), in: target) else {
      throw Problem(text: "it sets items of an object that is no dictionary")
    }
  }

  private mutating func call(_ function: Reference, _ arguments: Reference) throws(Problem) {
    try push(try graph.result(of: function, arguments))
  }
}

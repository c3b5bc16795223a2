import SpatialTransforms

/// ITK's text format for transforms.
///
/// - Source: ITK 5.4 `TxtTransformIO` and `CompositeTransformIOHelper`.
struct InsightTransformReader {
  let path: String
  let bytes: [UInt8]

  /// A transform and the line where it begins.
  private struct Entry {
    var line: Int
    var transform: InsightTransform
  }

  /// Reads all transforms of the file.
  func chain() throws(TransformFileError) -> TransformChain {
    var entries = try entries()
    guard let first = entries.first else {
      throw .damaged(path: path, line: 0, problem: "it holds no transform")
    }
    if first.transform.name == "CompositeTransform" {
      entries.removeFirst()
      guard !entries.contains(where: { $0.transform.name == "CompositeTransform" }) else {
        throw .unsupported(
          path: path, feature: "a composite transform inside another is", cure: "flatten it first")
      }
    } else if entries.count > 1 {
      throw .unsupported(
        path: path, feature: "\(entries.count) transforms that make no CompositeTransform are",
        cure: "write each to a file of its own")
    }
    // Points pass through the last member first.
    var steps: [SpatialTransform] = []
    for entry in entries.reversed() { steps.append(try step(entry)) }
    return TransformChain(steps)
  }

  private func step(_ entry: Entry) throws(TransformFileError) -> SpatialTransform {
    if let map = try entry.transform.affine(path: path, line: entry.line) { return .affine(map) }
    if let field = try entry.transform.field(path: path, line: entry.line) { return .warp(field) }
    throw .unsupported(
      path: path, feature: "line \(entry.line): the transform \(entry.transform.name) is",
      cure: "convert it to an affine transform or a displacement field")
  }

  /// Splits the file into its transforms.
  private func entries() throws(TransformFileError) -> [Entry] {
    var entries: [Entry] = []
    var (name, line) = ("", 0)
    var (parameters, fixed): ([Double], [Double]) = ([], [])
    func finish() {
      if !name.isEmpty {
        entries.append(
          Entry(
            line: line,
            transform: InsightTransform(name: name, parameters: parameters, fixed: fixed)))
      }
      (name, parameters, fixed) = ("", [], [])
    }
    var (start, number) = (0, 0)
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      let content = bytes[start..<end]
      start = end + 1
      number += 1
      guard let colon = content.firstIndex(of: UInt8(ascii: ":")), content.first != 0x23 else {
        guard content.first == 0x23 || content.allSatisfy({ $0 <= 0x20 }) else {
          throw .damaged(path: path, line: number, problem: "neither a comment nor 'key: value'")
        }
        continue
      }
      switch String(decoding: content[..<colon], as: UTF8.self) {
      case "Transform":
        finish()
        (name, line) = (try className(content[(colon + 1)...], number), number)
      case "Parameters": parameters = try numbers(content[(colon + 1)...], number)
      case "FixedParameters": fixed = try numbers(content[(colon + 1)...], number)
      case let key:
        throw .damaged(
          path: path, line: number,
          problem: "the key '\(key.prefix(40))', expected Transform, Parameters or FixedParameters")
      }
    }
    finish()
    return entries
  }

  /// `AffineTransform` of `AffineTransform_double_3_3`.
  private func className(
    _ bytes: ArraySlice<UInt8>, _ line: Int
  ) throws(TransformFileError) -> String {
    let full = String(decoding: bytes.filter { $0 > 0x20 }.prefix(100), as: UTF8.self)
    let parts = full.split(separator: "_")
    guard parts.count >= 4, parts[1] == "double" || parts[1] == "float" else {
      throw .damaged(
        path: path, line: line,
        problem: "the class '\(full)', expected a name such as AffineTransform_double_3_3")
    }
    guard parts[2] == "3", parts[3] == "3" else {
      throw .unsupported(
        path: path, feature: "line \(line): \(full), a transform that is not three-dimensional, is",
        cure: "use a transform from 3-D to 3-D")
    }
    return String(parts[0])
  }

  private func numbers(
    _ bytes: ArraySlice<UInt8>, _ line: Int
  ) throws(TransformFileError) -> [Double] {
    // The end of the text for C.
    let text = bytes.map { CChar(bitPattern: $0) } + [0]
    var numbers: [Double] = []
    var position = 0
    let isSound = text.withUnsafeBufferPointer { buffer -> Bool in
      guard let start = buffer.baseAddress else { return false }
      while true {
        while position < bytes.count, (1...0x20) ~= start[position] { position += 1 }
        if position >= bytes.count { return true }
        guard let value = number(in: start, at: &position) else { return false }
        numbers.append(value)
      }
    }
    guard isSound else {
      throw .damaged(
        path: path, line: line, problem: "number \(numbers.count + 1) cannot be read")
    }
    return numbers
  }
}

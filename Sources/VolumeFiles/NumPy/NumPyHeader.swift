/// What stands before the numbers of a `.npy` file.
///
/// - Source: numpy's `numpy.lib.format`, versions 1 to 3.
struct NumPyHeader {
  /// Lengths of the axes, the last one fastest.
  let shape: [Int]
  /// Bytes of a number: 2, 4 or 8, all of them floats in little-endian order.
  let itemSize: Int

  /// Parses the text between magic number and data.
  init(_ text: String, path: String) throws(VolumeFileError) {
    let descr = Self.value(of: "descr", in: text)
    let sizes = ["'<f2'": 2, "'<f4'": 4, "'<f8'": 8]
    guard let descr, let size = sizes[descr] else {
      throw .unsupported(
        path: path, feature: "an array of type \(descr ?? "?") is",
        cure: "store it as float16, float32 or float64")
    }
    let order = Self.value(of: "fortran_order", in: text)
    guard order == "False" else {
      throw .unsupported(
        path: path, feature: "an array in Fortran order is",
        cure: "store it with numpy.ascontiguousarray")
    }
    let parts = Self.value(of: "shape", in: text)?.split(separator: ",").map { part in
      Int(String(part.filter { !$0.isWhitespace }))
    }
    let shape = parts?.compactMap { $0 } ?? []
    var count = 1
    for length in shape {
      let (product, isHuge) = count.multipliedReportingOverflow(by: length)
      guard length >= 1, !isHuge, product < 1 << 56 else {
        throw .damagedHeader(path: path, problem: "an array of shape \(shape)")
      }
      count = product
    }
    guard !shape.isEmpty, shape.count == parts?.count else {
      throw .damagedHeader(path: path, problem: "the array's shape cannot be read")
    }
    self.shape = shape
    itemSize = size
  }

  /// The text of a value of the dictionary; of a tuple what stands between its parentheses.
  private static func value(of key: String, in text: String) -> String? {
    guard let found = text.firstRange(of: "'\(key)':") else { return nil }
    let rest = text[found.upperBound...].drop { $0 == " " }
    if rest.first == "(" { return String(rest.dropFirst().prefix { $0 != ")" }) }
    return String(rest.prefix { $0 != "," && $0 != "}" && $0 != " " })
  }

  /// The first bytes of a file of single-precision numbers.
  static func bytes(shape: [Int]) -> [UInt8] {
    let lengths = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(lengths)), }"
    // The data begin at a multiple of 64.
    text += String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
    let count = text.utf8.count
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(count & 255), UInt8(count >> 8)]
      + Array(text.utf8)
  }
}

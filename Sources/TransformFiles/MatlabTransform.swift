import SpatialTransforms
import Volumes

/// ANTs' `0GenericAffine.mat`: two matrices in MATLAB's format of level 4, one named after the class
/// with twelve numbers, one named `fixed` with the centre.
///
/// - Source: "MAT-File Level 4 Format", MathWorks; ITK 5.4 `MatlabTransformIO`.
enum MatlabTransform {
  /// One matrix of the file.
  private struct Variable {
    var name: String
    var numbers: [Double]
  }

  /// The map, or nil if the bytes do not begin like such a file.
  static func read(_ bytes: [UInt8], path: String) throws(TransformFileError) -> AffineMap? {
    guard bytes.count >= 20, let type = word(bytes, 0), type == 0 || type == 10,
      word(bytes, 12) == 0, let length = word(bytes, 16), 1...100 ~= length
    else { return nil }
    var position = 0
    var variables: [Variable] = []
    while position < bytes.count, variables.count < 3 {
      variables.append(try variable(bytes, &position, path))
    }
    let names = variables.map(\.name)
    guard variables.count == 2, names[1] == "fixed", variables[1].numbers.count == 3 else {
      throw .damaged(
        path: path, line: 0, problem: "it holds \(names), expected one transform and its centre")
    }
    let parts = names[0].split(separator: "_")
    guard parts.count == 4, parts[2] == "3", parts[3] == "3" else {
      throw .unsupported(
        path: path, feature: "the transform \(names[0]) is", cure: "use a 3-D affine transform")
    }
    let map = try InsightTransform(
      name: String(parts[0]), parameters: variables[0].numbers, fixed: variables[1].numbers
    ).affine(path: path, line: 0)
    guard let map else {
      throw .unsupported(
        path: path, feature: "the transform \(names[0]) is", cure: "use a 3-D affine transform")
    }
    return map
  }

  private static func variable(
    _ bytes: [UInt8], _ position: inout Int, _ path: String
  ) throws(TransformFileError) -> Variable {
    let start = position
    guard let type = word(bytes, start), type == 0 || type == 10,
      let rows = word(bytes, start + 4), let columns = word(bytes, start + 8),
      word(bytes, start + 12) == 0, let length = word(bytes, start + 16), 1...100 ~= length,
      1...16 ~= rows, columns == 1, start + 20 + length <= bytes.count
    else {
      throw .damaged(path: path, line: 0, problem: "no column of numbers at byte \(start)")
    }
    let name = bytes[(start + 20)..<(start + 20 + length)].prefix { $0 != 0 }
    let size = type == 0 ? 8 : 4
    position = start + 20 + length
    guard position + rows * size <= bytes.count else {
      throw .damaged(
        path: path, line: 0,
        problem: "it ends after \(bytes.count) bytes, expected \(position + rows * size)")
    }
    let numbers = bytes.withUnsafeBytes { buffer in
      (0..<rows).map { row in
        size == 8
          ? buffer.loadUnaligned(fromByteOffset: position + row * 8, as: Double.self)
          : Double(buffer.loadUnaligned(fromByteOffset: position + row * 4, as: Float.self))
      }
    }
    position += rows * size
    return Variable(name: String(decoding: name, as: UTF8.self), numbers: numbers)
  }

  /// The file of a map, in double precision as antsApplyTransforms and ITK read it.
  static func bytes(_ map: AffineMap) -> [UInt8] {
    let rows = map.rows.prefix(3)
    return column("AffineTransform_double_3_3", rows.flatMap { $0.prefix(3) } + rows.map { $0[3] })
      + column("fixed", [0, 0, 0])
  }

  private static func column(_ name: String, _ numbers: [Double]) -> [UInt8] {
    let text = Array(name.utf8) + [0]
    // Type (0: numbers of 8 bytes, low byte first), rows, columns, no imaginary part, length of the
    // name.
    let header = [0, numbers.count, 1, 0, text.count]
    return header.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
      + text
      + numbers.flatMap { number in
        (0..<8).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * $0)) }
      }
  }

  /// A number of the header, or nil behind the end.
  private static func word(_ bytes: [UInt8], _ offset: Int) -> Int? {
    guard offset + 4 <= bytes.count else { return nil }
    return Int(
      bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Int32.self) })
  }
}

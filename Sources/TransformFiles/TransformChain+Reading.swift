public import SpatialTransforms
import VolumeFiles
import Volumes

/// Longest text that is read: a field of 256 x 256 x 160 voxels takes about 600 MB in ITK's text
/// format.
private let textLimit = 1 << 30

extension TransformChain {
  /// Reads a transform.
  ///
  /// By the name's ending an image is a field of displacements: NIfTI as ITK and ANTs write it,
  /// NRRD or MetaImage of three components. Everything else is known by its content: ITK's text
  /// format, a 4 x 4 matrix in RAS as c3d, greedy and ITK-SNAP write it, ANTs' `.mat`.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - convention: What the numbers of a field mean; other transforms say it themselves.
  /// - Throws: ``TransformFileError``. Nothing is allocated beyond what the file holds.
  public init(
    contentsOf path: String, convention: FieldConvention = .stated
  ) throws(TransformFileError) {
    if let format = VolumeFileFormat(path: path), format != .png, format != .tiff {
      let field = try DisplacementField(contentsOf: path, convention: convention)
      self.init([.warp(.displacement(field))])
      return
    }
    guard convention == .stated else {
      throw .notAField(
        path: path, problem: "\(convention.rawValue): belongs to a field's image, such as .nii.gz")
    }
    let bytes = try content(of: path, limit: textLimit)
    if bytes.starts(with: [0x89, 0x48, 0x44, 0x46]) {
      throw .unsupported(
        path: path, feature: "a transform in HDF5 is",
        cure: "write it as .tfm, for example with SimpleITK's WriteTransform")
    }
    if bytes.starts(with: Array("#Insight Transform File".utf8)) {
      self = try InsightTransformReader(path: path, bytes: bytes).chain()
    } else if let map = try MatlabTransform.read(bytes, path: path) {
      self.init(map)
    } else {
      self.init(try readMatrix(bytes, path: path))
    }
  }
}

/// A 4 x 4 matrix in RAS: sixteen numbers between blanks, the last row 0 0 0 1.
private func readMatrix(_ bytes: [UInt8], path: String) throws(TransformFileError) -> AffineMap {
  // Sixteen numbers and some comment take less; anything longer is something else.
  guard bytes.count <= 1 << 16, !bytes.contains(0) else { throw .unknownFormat(path: path) }
  let text = String(decoding: bytes, as: UTF8.self)
  let words = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    .flatMap { $0.split(whereSeparator: { $0.isWhitespace || $0 == "," }) }
  let numbers = words.compactMap { Double($0) }
  guard !words.isEmpty, numbers.count == words.count else { throw .unknownFormat(path: path) }
  guard numbers.count == 16 else {
    throw .damaged(
      path: path, line: 0, problem: "\(numbers.count) numbers, expected the 16 of a 4 x 4 matrix")
  }
  let rows = (0..<4).map { Array(numbers[4 * $0..<4 * $0 + 4]) }
  guard rows[3] == [0, 0, 0, 1] else {
    throw .damaged(path: path, line: 0, problem: "the last row is \(rows[3]), expected 0 0 0 1")
  }
  return try usable(AffineMap(rowsRAS: rows), path: path, line: 0)
}

/// The map, if it can be used at all.
func usable(
  _ map: AffineMap, path: String, line: Int
) throws(TransformFileError) -> AffineMap {
  guard map.isFinite else {
    throw .damaged(path: path, line: line, problem: "a number is not finite")
  }
  guard map.inverse != nil else {
    throw .damaged(
      path: path, line: line,
      problem: "the matrix has the determinant \(map.matrix.determinant) and no inverse")
  }
  return map
}

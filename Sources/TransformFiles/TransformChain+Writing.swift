import FileOutput
public import SpatialTransforms
import VolumeFiles
import Volumes

extension TransformChain {
  /// Writes the chain; the ending of the name chooses the format.
  ///
  /// `.tfm` and `.txt` are ITK's text format: an affine transform, or a composite transform where
  /// the chain has fields. `.mat` is a 4 x 4 matrix in RAS as c3d, greedy and ITK-SNAP use it, but
  /// `GenericAffine.mat` at the name's end is ANTs' binary file of an affine transform. The endings of images stand for a field of displacements, for a chain that is one field.
  ///
  /// - Parameter path: The name; its folder must exist. The file appears when it is complete.
  /// - Throws: ``TransformFileError``.
  public func write(to path: String) throws(TransformFileError) {
    switch try TransformFileFormat(writing: path) {
    case .insight: try writeText(insightText(path), to: path)
    case .antsAffine:
      let bytes = MatlabTransform.bytes(try linear(path))
      do throws(FileOutputError) { try writeAtomically(bytes, to: path) } catch {
        throw .unwritable(reason: error.description)
      }
    case .matrix:
      let affine = try linear(path)
      let lines = affine.rowsRAS.map { $0.map { "\($0)" }.joined(separator: " ") }
      try writeText(lines.joined(separator: "\n") + "\n", to: path)
    case .field:
      guard steps.count == 1, case .warp(.displacement(let field)) = steps[0] else {
        throw .unsupported(
          path: path, feature: "a transform that is not one displacement field as an image is",
          cure: "write .tfm, or sample it on a grid first")
      }
      try field.write(to: path)
    }
  }

  /// The chain as one linear map.
  private func linear(_ path: String) throws(TransformFileError) -> AffineMap {
    guard let affine else {
      throw .unsupported(
        path: path, feature: "a transform that is not linear as a matrix is",
        cure: "write .tfm or .nii.gz")
    }
    return affine
  }

  private func writeText(_ text: String, to path: String) throws(TransformFileError) {
    do throws(FileOutputError) { try writeAtomically(text, to: path) } catch {
      throw .unwritable(reason: error.description)
    }
  }

  private func insightText(_ path: String) throws(TransformFileError) -> String {
    var text = "#Insight Transform File V1.0\n"
    let isComposite = steps.count > 1
    if isComposite {
      text += "#Transform 0\nTransform: CompositeTransform_double_3_3\n"
    }
    let members = steps.isEmpty ? [.affine(.identity)] : steps
    // The last member is applied first.
    for (index, step) in members.reversed().enumerated() {
      text += "#Transform \(index + (isComposite ? 1 : 0))\n"
      switch step {
      case .affine(let map): text += insightText(map)
      case .warp(.displacement(let field)):
        text += insightText("DisplacementFieldTransform", field.geometry) { voxel, axis in
          field.components[axis][voxel]
        }
      case .warp(.splines(let field)):
        let count = field.geometry.extent.count
        // All x come first, then all y, then all z.
        text += insightText("BSplineTransform", field.geometry) { node, axis in
          let place = 3 * node + axis
          return field.coefficients[place / count][place % count]
        }
      case .inverseWarp:
        throw .unsupported(
          path: path, feature: "the inverse of a field in ITK's text format is",
          cure: "sample it on a grid first")
      }
    }
    return text
  }

  private func insightText(_ map: AffineMap) -> String {
    let rows = map.rows.prefix(3)
    let numbers = rows.flatMap { $0.prefix(3) } + rows.map { $0[3] }
    return "Transform: AffineTransform_double_3_3\nParameters: "
      + numbers.map { "\($0)" }.joined(separator: " ") + "\nFixedParameters: 0 0 0\n"
  }

  private func insightText(
    _ name: String, _ grid: Geometry, _ number: (_ voxel: Int, _ axis: Int) -> Float
  ) -> String {
    var text = "Transform: \(name)_double_3_3\nParameters:"
    for voxel in 0..<grid.extent.count {
      for axis in 0..<3 { text += " \(number(voxel, axis))" }
    }
    let (size, origin, spacing) = (grid.extent, grid.origin, grid.spacing)
    let direction = (0..<9).map { grid.direction[$0 / 3, $0 % 3] }
    let fixed =
      [Double(size.x), Double(size.y), Double(size.z), origin.x, origin.y, origin.z]
      + [spacing.x, spacing.y, spacing.z] + direction
    return text + "\nFixedParameters: " + fixed.map { "\($0)" }.joined(separator: " ") + "\n"
  }
}

/// The kinds of file that transforms are written to.
public enum TransformFileFormat: Hashable, Sendable {
  /// ITK's text format.
  case insight
  /// A 4 x 4 matrix in RAS.
  case matrix
  /// ANTs' binary file of an affine transform.
  case antsAffine
  /// An image of three components.
  case field

  /// The format that a name's ending stands for.
  ///
  /// - Throws: ``TransformFileError/unsupported(path:feature:cure:)`` if it stands for none.
  public init(writing path: String) throws(TransformFileError) {
    let name = path.lowercased()
    if name.hasSuffix(".tfm") || name.hasSuffix(".txt") {
      self = .insight
    } else if name.hasSuffix("genericaffine.mat") {
      self = .antsAffine
    } else if name.hasSuffix(".mat") {
      self = .matrix
    } else if let format = VolumeFileFormat(path: path), format != .png, format != .tiff {
      self = .field
    } else {
      throw .unsupported(
        path: path, feature: "writing a transform under a name with this ending is",
        cure: "use .tfm, .txt, .mat, or .nii.gz for a displacement field")
    }
  }
}

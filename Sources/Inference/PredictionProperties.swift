import Planning
public import Preprocessing
public import Volumes

/// What nnU-Net keeps beside saved probabilities, in a `.pkl`, to write masks on the image's grid.
public struct PredictionProperties {
  /// The image's grid.
  public let geometry: Geometry
  /// How the image was cropped.
  public let properties: CaseProperties
  /// nnU-Net's reader of such images, as plans name it.
  public let reader: String

  /// The properties of a case.
  ///
  /// - Parameters:
  ///   - geometry: The image's grid.
  ///   - properties: How the image was cropped.
  ///   - reader: nnU-Net's reader of such images, as plans name it.
  public init(geometry: Geometry, properties: CaseProperties, reader: String) {
    self.geometry = geometry
    self.properties = properties
    self.reader = reader
  }

  /// The text of the `.pkl`: a pickle of protocol 0, of nothing but dictionaries, lists, tuples, texts
  /// and numbers.
  ///
  /// - Source: Python's `pickletools`; nnU-Net 2.8.1's readers and preprocessor for the fields.
  public var pickle: String {
    var fields: [(String, String)] = []
    if reader.hasPrefix("SimpleITK") {
      fields.append(("sitk_stuff", dictionary(simpleITK)))
    } else if reader.hasPrefix("Nibabel") {
      let affine = geometry.affineRAS + [[0, 0, 0, 1]]
      let key = reader == "NibabelIO" ? "original_affine" : "reoriented_affine"
      fields.append(
        ("nibabel_stuff", dictionary([(key, list(affine.map { list($0.map(float)) }))])))
    }
    let (before, box) = (properties.shapeBeforeCropping, properties.box)
    fields += [
      ("spacing", list(properties.spacing.map(float))),
      ("shape_before_cropping", tuple((0..<3).map { integer(before[$0]) })),
      (
        "bbox_used_for_cropping",
        list((0..<3).map { list([integer(box.lower[$0]), integer(box.upper[$0])]) })
      ),
      (
        "shape_after_cropping_and_before_resampling",
        tuple((0..<3).map { integer(box.shape[$0]) })
      ),
    ]
    return dictionary(fields) + "."
  }

  /// SimpleITK's geometry, of two axes for a flat picture.
  private var simpleITK: [(String, String)] {
    let axes = geometry.niftiOrientation?.gridAxes == 2 && geometry.extent.z == 1 ? 2 : 3
    let (spacing, origin, matrix) = (geometry.spacing, geometry.origin, geometry.direction)
    let rows = [0, 1, 2].map { row in [0, 1, 2].map { matrix[row, $0] } }
    return [
      ("spacing", tuple([spacing.x, spacing.y, spacing.z].prefix(axes).map(float))),
      ("origin", tuple([origin.x, origin.y, origin.z].prefix(axes).map(float))),
      ("direction", tuple(rows.prefix(axes).flatMap { $0.prefix(axes) }.map(float))),
    ]
  }

  private func float(_ value: Double) -> String { "F\(value)\n" }
  private func integer(_ value: Int) -> String { "I\(value)\n" }
  private func list(_ values: [String]) -> String { "(" + values.joined() + "l" }
  private func tuple(_ values: [String]) -> String { "(" + values.joined() + "t" }
  private func dictionary(_ values: [(String, String)]) -> String {
    "(" + values.map { "V\($0.0)\n" + $0.1 }.joined() + "d"
  }
}

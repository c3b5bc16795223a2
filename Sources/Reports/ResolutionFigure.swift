public import Volumes

/// A picture of one image at several resolutions: middle slices side by side, and below them how far each is from the last one.
///
/// All images cover the same space. The last one is the truth; the window of grey values is its own.
public struct ResolutionFigure: Sendable {
  private let images: [(name: String, volume: Volume<Float>)]
  private let title: String
  private static let width = 1500
  private static let margin: Float = 12
  private static let header: Float = 40
  private static let caption: Float = 20
  private static let tallestPlane: Float = 330
  /// The difference that becomes white, as a share of the window.
  private static let largestError: Float = 0.25

  /// A picture to be made.
  ///
  /// - Parameters:
  ///   - images: Names and images, the truth last; images on other grids than the truth have no difference drawn.
  ///   - title: Heading, for example the file's name.
  public init(_ images: [(name: String, volume: Volume<Float>)], title: String) {
    precondition(!images.isEmpty, "a picture of no images")
    self.images = images.map { name, volume in
      (name, volume.reoriented(to: AxisCodes("LPS") ?? volume.geometry.axisCodes))
    }
    self.title = title
  }

  /// The picture.
  public var image: RasterImage {
    guard let truth = images.last?.volume else {
      return RasterImage(width: 1, height: 1, colour: .black)
    }
    let window = truth.intensityWindow
    let errors: [(name: String, volume: Volume<Float>)?] = images.dropLast().map { name, volume in
      guard volume.extent == truth.extent else { return nil }
      let differences = zip(volume.voxels, truth.voxels).map { abs($0 - $1) }
      return ("\(name), difference", Volume(voxels: differences, geometry: truth.geometry))
    }
    let errorWindow = 0...(window.upperBound - window.lowerBound) * Self.largestError
    let rows: [(SlicePlane, [(name: String, volume: Volume<Float>)?], ClosedRange<Float>)] = [
      (.axial, images, window), (.coronal, images, window), (.axial, errors, errorWindow),
    ]
    let column = (Float(Self.width) - Self.margin) / Float(images.count)
    let scales = rows.map { row in
      let size = Self.size(of: truth, row.0)
      return min((column - Self.margin) / size.across, Self.tallestPlane / size.down)
    }
    let heights = zip(rows, scales).map { row, scale in
      Self.size(of: truth, row.0).down * scale + Self.caption + Self.margin
    }
    var picture = RasterImage(
      width: Self.width, height: Int((Self.header + heights.reduce(0, +)).rounded(.up)),
      colour: .black)
    picture.write(title, at: Point(x: Self.margin, y: 24), height: 12, .white)
    var top = Self.header
    for ((row, scale), height) in zip(zip(rows, scales), heights) {
      let size = Self.size(of: truth, row.0)
      for (index, entry) in row.1.enumerated() {
        guard let entry else { continue }
        let left = Self.margin + Float(index) * column
        let frame = Frame(
          left: left, top: top, right: left + size.across * scale, bottom: top + size.down * scale)
        draw(SlicePicture(entry.volume, row.0, row.2), frame, into: &picture)
        picture.write(
          "\(row.0.name), \(entry.name)", at: Point(x: left, y: frame.bottom + 15), height: 9,
          .lightGrey)
      }
      top += height
    }
    return picture
  }

  private static func size(
    of volume: Volume<Float>, _ plane: SlicePlane
  ) -> (across: Float, down: Float) {
    let (size, spacing) = (plane.size(volume.extent), plane.spacing(volume.geometry.spacing))
    return (Float(size.across) * spacing.across, Float(size.down) * spacing.down)
  }

  private func draw(_ slice: SlicePicture, _ frame: Frame, into picture: inout RasterImage) {
    for y in Int(frame.top.rounded(.up))..<min(picture.height, Int(frame.bottom)) {
      for x in Int(frame.left.rounded(.up))..<min(picture.width, Int(frame.right)) {
        picture[x, y] = .grey(share: slice.value(Float(x) + 0.5, Float(y) + 0.5, frame))
      }
    }
  }
}

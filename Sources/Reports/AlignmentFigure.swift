public import Volumes

/// A picture that shows whether two images on one grid are in line.
///
/// The upper row is a checkerboard of the two in three planes: structures must go on from square to
/// square. The lower row is the fixed image with the moving image's edges on it in orange: they must
/// lie on the fixed image's own. Oblique volumes are shown along their own axes.
public struct AlignmentFigure: Sendable {
  private let fixed: Volume<Float>
  private let moving: Volume<Float>
  private let title: String
  private static let width = 1200
  private static let margin: Float = 16
  private static let header: Float = 40
  private static let caption: Float = 20
  private static let tallestPlane: Float = 480
  /// Side of a square in pixels.
  private static let square = 40

  /// A picture to be made of two images.
  ///
  /// - Parameters:
  ///   - fixed: The image that stayed.
  ///   - moving: The image that was brought over, on the fixed image's grid.
  ///   - title: Heading, for example the files' names.
  public init(fixed: Volume<Float>, moving: Volume<Float>, title: String) {
    precondition(
      fixed.extent == moving.extent, "images of \(fixed.extent) and \(moving.extent) voxels")
    let codes = AxisCodes("LPS") ?? fixed.geometry.axisCodes
    self.fixed = fixed.reoriented(to: codes)
    self.moving = Volume(voxels: moving.voxels, geometry: fixed.geometry).reoriented(to: codes)
    self.title = title
  }

  /// The picture.
  public var image: RasterImage {
    let planes = SlicePlane.allCases
    let sizes = planes.map { plane -> (across: Float, down: Float) in
      let (size, spacing) = (plane.size(fixed.extent), plane.spacing(fixed.geometry.spacing))
      return (Float(size.across) * spacing.across, Float(size.down) * spacing.down)
    }
    let room = Float(Self.width) - 4 * Self.margin
    let tallest = sizes.map(\.down).max() ?? 1
    let scale = min(room / sizes.reduce(0) { $0 + $1.across }, Self.tallestPlane / tallest)
    let row = tallest * scale + Self.caption + Self.margin
    var image = RasterImage(
      width: Self.width, height: Int((Self.header + 2 * row).rounded(.up)), colour: .black)
    image.write(title, at: Point(x: Self.margin, y: 24), height: 12, .white)
    let (grey, edges) = (fixed.intensityWindow, moving.intensityWindow)
    var x = (Float(Self.width) - sizes.reduce(0) { $0 + $1.across } * scale) / 2 - Self.margin
    for (plane, size) in zip(planes, sizes) {
      let top = Self.header + (tallest - size.down) * scale / 2
      func frame(_ shift: Float) -> Frame {
        Frame(
          left: x, top: top + shift, right: x + size.across * scale,
          bottom: top + shift + size.down * scale)
      }
      drawCheckerboard(plane, frame(0), into: &image, grey, edges)
      drawEdges(plane, frame(row), into: &image, grey, edges)
      for (shift, text) in [(Float(0), "checkerboard"), (row, "edges of the moving image")] {
        image.write(
          "\(plane.name), \(text)",
          at: Point(x: x + size.across * scale / 2, y: frame(shift).bottom + 15), height: 9,
          .lightGrey, aligned: .centred)
      }
      x += size.across * scale + Self.margin
    }
    return image
  }

  private func drawCheckerboard(
    _ plane: SlicePlane, _ frame: Frame, into image: inout RasterImage,
    _ fixedWindow: ClosedRange<Float>, _ movingWindow: ClosedRange<Float>
  ) {
    let a = SlicePicture(fixed, plane, fixedWindow)
    let b = SlicePicture(moving, plane, movingWindow)
    forEachPixel(of: frame, height: image.height) { x, y in
      let column = (x - Int(frame.left)) / Self.square
      let row = (y - Int(frame.top)) / Self.square
      let value = ((column + row) % 2 == 0 ? a : b).value(Float(x) + 0.5, Float(y) + 0.5, frame)
      image[x, y] = Colour.grey(share: value)
    }
  }

  private func drawEdges(
    _ plane: SlicePlane, _ frame: Frame, into image: inout RasterImage,
    _ fixedWindow: ClosedRange<Float>, _ movingWindow: ClosedRange<Float>
  ) {
    let a = SlicePicture(fixed, plane, fixedWindow)
    let b = SlicePicture(moving, plane, movingWindow)
    func slope(_ x: Int, _ y: Int) -> Float {
      let (u, v) = (Float(x) + 0.5, Float(y) + 0.5)
      let across = b.value(u + 1, v, frame) - b.value(u - 1, v, frame)
      let down = b.value(u, v + 1, frame) - b.value(u, v - 1, frame)
      return (across * across + down * down).squareRoot()
    }
    var slopes: [Float] = []
    forEachPixel(of: frame, height: image.height) { x, y in slopes.append(slope(x, y)) }
    let sorted = slopes.sorted()
    guard let steepest = sorted.last, steepest > 0 else { return }
    let (weak, strong) = (sorted[sorted.count * 8 / 10], sorted[sorted.count * 97 / 100])
    var index = 0
    forEachPixel(of: frame, height: image.height) { x, y in
      image[x, y] = Colour.grey(share: a.value(Float(x) + 0.5, Float(y) + 0.5, frame))
      let cover = (slopes[index] - weak) / max(strong - weak, 1e-6)
      image.blend(.orange, at: x, y, cover: max(0, min(1, cover)))
      index += 1
    }
  }

  private func forEachPixel(
    of frame: Frame, height: Int, _ body: (_ x: Int, _ y: Int) -> Void
  ) {
    for y in Int(frame.top.rounded(.up))..<min(height, Int(frame.bottom)) {
      for x in Int(frame.left.rounded(.up))..<min(Self.width, Int(frame.right)) { body(x, y) }
    }
  }
}

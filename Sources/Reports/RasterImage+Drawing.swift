/// A place in a picture: pixels from its left and top edge; the middle of the first pixel is (0.5,
/// 0.5).
package struct Point: Hashable {
  package var x: Float
  package var y: Float

  package init(x: Float, y: Float) {
    self.x = x
    self.y = y
  }
}

/// A rectangle in a picture.
struct Frame {
  var left: Float
  var top: Float
  var right: Float
  var bottom: Float

  var width: Float { right - left }
  var height: Float { bottom - top }
}

extension RasterImage {
  /// Draws lines with round ends and smooth edges.
  ///
  /// The lines are laid over the picture as one shape, so that crossings and joints are no darker
  /// than the rest.
  ///
  /// - Parameters:
  ///   - lines: Each a run of points; a single point, or a point twice, gives a dot.
  ///   - thickness: Thickness in pixels.
  ///   - colour: The colour.
  package mutating func stroke(_ lines: [[Point]], thickness: Float, _ colour: Colour) {
    let points = lines.joined().filter { $0.x.isFinite && $0.y.isFinite }
    guard let first = points.first else { return }
    var box = Frame(left: first.x, top: first.y, right: first.x, bottom: first.y)
    for point in points {
      box = Frame(
        left: min(box.left, point.x), top: min(box.top, point.y),
        right: max(box.right, point.x), bottom: max(box.bottom, point.y))
    }
    let reach = thickness / 2 + 1
    guard
      let columns = pixels(box.left - reach, box.right + reach, limit: width),
      let rows = pixels(box.top - reach, box.bottom + reach, limit: height)
    else { return }
    var covers = [Float](repeating: 0, count: columns.count * rows.count)
    func cover(_ a: Point, _ b: Point) {
      guard
        let xs = pixels(min(a.x, b.x) - reach, max(a.x, b.x) + reach, limit: width),
        let ys = pixels(min(a.y, b.y) - reach, max(a.y, b.y) + reach, limit: height)
      else { return }
      for y in ys {
        for x in xs {
          let distance = distance(Point(x: Float(x) + 0.5, y: Float(y) + 0.5), a, b)
          let index = (y - rows.lowerBound) * columns.count + x - columns.lowerBound
          covers[index] = max(covers[index], min(1, thickness / 2 + 0.5 - distance))
        }
      }
    }
    for line in lines {
      for (index, point) in line.enumerated() where index > 0 || line.count == 1 {
        let previous = line[max(index - 1, 0)]
        let isFinite = [point.x, point.y, previous.x, previous.y].allSatisfy(\.isFinite)
        if isFinite { cover(previous, point) }
      }
    }
    for y in rows {
      for x in columns {
        let index = (y - rows.lowerBound) * columns.count + x - columns.lowerBound
        blend(colour, at: x, y, cover: covers[index])
      }
    }
  }

  /// The pixels between two coordinates, or nil if none of them is in the picture.
  private func pixels(_ low: Float, _ high: Float, limit: Int) -> Range<Int>? {
    let first = max(low, 0)
    let last = min(high, Float(limit - 1))
    return first <= last ? Int(first)..<Int(last) + 1 : nil
  }
}

/// Distance of a point from the line between two others.
private func distance(_ p: Point, _ a: Point, _ b: Point) -> Float {
  let (dx, dy) = (b.x - a.x, b.y - a.y)
  let squared = dx * dx + dy * dy
  let t = squared > 0 ? max(0, min(1, ((p.x - a.x) * dx + (p.y - a.y) * dy) / squared)) : 0
  let (ex, ey) = (p.x - a.x - t * dx, p.y - a.y - t * dy)
  return (ex * ex + ey * ey).squareRoot()
}

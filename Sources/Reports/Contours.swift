/// The outline of a mask in a plane, in units of its pixels; the middle of the first pixel is (0,
/// 0).
///
/// Lines run half way between pixels inside and outside and cut corners; the plane's outside counts
/// as outside the mask.
///
/// - Source: Lorensen, Cline, "Marching cubes", SIGGRAPH 1987, doi:10.1145/37401.37422, in two
///   dimensions.
package func contours(
  width: Int, height: Int, isInside: (_ x: Int, _ y: Int) -> Bool
) -> [[Point]] {
  var lines: [[Point]] = []
  func inside(_ x: Int, _ y: Int) -> Bool {
    x >= 0 && y >= 0 && x < width && y < height && isInside(x, y)
  }
  for y in -1..<height {
    for x in -1..<width {
      let corners =
        (inside(x, y) ? 1 : 0) | (inside(x + 1, y) ? 2 : 0) | (inside(x + 1, y + 1) ? 4 : 0)
        | (inside(x, y + 1) ? 8 : 0)
      let (fx, fy) = (Float(x), Float(y))
      let top = Point(x: fx + 0.5, y: fy)
      let right = Point(x: fx + 1, y: fy + 0.5)
      let bottom = Point(x: fx + 0.5, y: fy + 1)
      let left = Point(x: fx, y: fy + 0.5)
      switch corners {
      case 1, 14: lines.append([left, top])
      case 2, 13: lines.append([top, right])
      case 4, 11: lines.append([right, bottom])
      case 8, 7: lines.append([bottom, left])
      case 3, 12: lines.append([left, right])
      case 6, 9: lines.append([top, bottom])
      // Pixels that touch at a corner stay apart.
      case 5: lines += [[left, top], [right, bottom]]
      case 10: lines += [[top, right], [bottom, left]]
      default: break
      }
    }
  }
  return lines
}

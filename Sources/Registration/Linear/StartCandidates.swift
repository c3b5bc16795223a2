import SpatialTransforms
import Volumes

/// Maps to begin with.
struct StartCandidates {
  /// The map that was given, usually the identity: the images' own places in the world.
  let given: AffineMap
  let fixed: PreparedImage
  let moving: PreparedImage

  /// The maps of a kind of search; the given one is first.
  func maps(_ search: LinearSettings.StartSearch) -> [AffineMap] {
    let centre = fixed.image.geometry.centre
    var bases = [given]
    guard search != .given else { return bases }
    bases.append(moved(centre, to: moving.image.geometry.centre))
    bases.append(moved(fixed.centroid, to: moving.centroid))
    guard search == .rotations else { return bases }
    var maps = bases
    for base in bases {
      for turn in Self.turns {
        // About the fixed image's centre, before the base.
        let turned = AffineMap(
          matrix: Matrix3(rotationVector: turn), centre: centre, translation: Vector3(0, 0, 0))
        maps.append(base.after(turned))
      }
      for axis in 0..<3 {
        for shift in [-20.0, 20] {
          var step = Vector3(0, 0, 0)
          step[axis] = shift
          maps.append(AffineMap(matrix: base.matrix, offset: base.offset + step))
        }
      }
    }
    return maps
  }

  /// The given map's linear part with a shift that brings one point onto another.
  private func moved(_ from: Vector3, to: Vector3) -> AffineMap {
    AffineMap(matrix: given.matrix, offset: to - given.matrix * from)
  }

  /// Turns by -20, 0 or 20 degrees about each of the world's axes together, and by 40 about one.
  private static let turns: [Vector3] = {
    let degree = Double.pi / 180
    var turns: [Vector3] = []
    for x in -1...1 {
      for y in -1...1 {
        for z in -1...1 where (x, y, z) != (0, 0, 0) {
          turns.append(Vector3(Double(x), Double(y), Double(z)) * (20 * degree))
        }
      }
    }
    for axis in 0..<3 {
      for angle in [-40.0, 40] {
        var turn = Vector3(0, 0, 0)
        turn[axis] = angle * degree
        turns.append(turn)
      }
    }
    return turns
  }()
}

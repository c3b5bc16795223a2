import ElementaryFunctions
import RandomNumbers
internal import Volumes

/// A shift and a rotation about a centre, in mm along a grid's axes, for a strength of 1.
struct RigidError {
  private let centre: Vector3
  private let shift: Vector3
  /// Unit vector.
  private let axis: Vector3
  /// Radians.
  private let angle: Double

  /// Draws the error of one rater.
  init(_ style: RaterStyle, around centre: Vector3, using generator: inout SplitMix64) {
    let numbers = generator.normals(7)
    self.centre = centre
    shift = Vector3(
      style.shift * numbers[0], style.shift * numbers[1], style.shift * numbers[2])
    let direction = Vector3(numbers[3], numbers[4], numbers[5])
    axis = direction.length > 0 ? direction * (1 / direction.length) : Vector3(0, 0, 1)
    angle = style.rotation * numbers[6] * .pi / 180
  }

  /// Whether nothing moves.
  func isNone(strength: Double) -> Bool { strength == 0 || (angle == 0 && shift.length == 0) }

  /// Where a drawn point lies in truth: the inverse of rotation and shift.
  func source(_ point: Vector3, strength: Double) -> Vector3 {
    let p = point - centre - shift * strength
    // Rodrigues' rotation formula.
    let (cos, sin) = (cosine(-angle * strength), sine(-angle * strength))
    let along = axis * (axis.dot(p) * (1 - cos))
    return p * cos + cross(axis, p) * sin + along + centre
  }

  /// Millimetres that a point at most `radius` from the centre moves at most.
  func largestMove(strength: Double, radius: Double) -> Double {
    shift.length * strength + min(abs(angle) * strength, 2) * radius
  }
}

private func cross(_ a: Vector3, _ b: Vector3) -> Vector3 {
  Vector3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}

/// The side of the body towards which a voxel axis runs.
public enum BodyDirection: Character, Hashable, Sendable, CaseIterable {
  /// Towards the patient's right.
  case right = "R"
  /// Towards the patient's left.
  case left = "L"
  /// Towards the patient's front.
  case anterior = "A"
  /// Towards the patient's back.
  case posterior = "P"
  /// Towards the head.
  case superior = "S"
  /// Towards the feet.
  case inferior = "I"

  /// The world axis (0, 1, 2 of LPS) and the sense along it.
  var worldAxis: (axis: Int, sign: Double) {
    switch self {
    case .left: (0, 1)
    case .right: (0, -1)
    case .posterior: (1, 1)
    case .anterior: (1, -1)
    case .superior: (2, 1)
    case .inferior: (2, -1)
    }
  }

  /// The direction along a world axis of LPS.
  init(axis: Int, isPositive: Bool) {
    let pairs: [(BodyDirection, BodyDirection)] = [
      (.left, .right), (.posterior, .anterior), (.superior, .inferior),
    ]
    self = isPositive ? pairs[axis].0 : pairs[axis].1
  }
}

/// Where the three voxel axes of a volume run, to the nearest body axis: `RAS`, `LPS` and so on.
public struct AxisCodes: Hashable, Sendable, CustomStringConvertible {
  /// Directions in which x, y and z grow.
  public let directions: [BodyDirection]

  /// The codes for x, y and z, or nil unless they name three different body axes.
  public init?(_ x: BodyDirection, _ y: BodyDirection, _ z: BodyDirection) {
    guard Set([x.worldAxis.axis, y.worldAxis.axis, z.worldAxis.axis]).count == 3 else { return nil }
    directions = [x, y, z]
  }

  /// The codes from three letters such as `RAS`, or nil if they do not name three body axes.
  public init?(_ letters: String) {
    let directions = letters.compactMap { BodyDirection(rawValue: $0) }
    guard directions.count == 3, letters.count == 3 else { return nil }
    self.init(directions[0], directions[1], directions[2])
  }

  init(unchecked directions: [BodyDirection]) { self.directions = directions }

  /// Three letters, x first.
  public var description: String { String(directions.map(\.rawValue)) }
}

extension Geometry {
  /// The nearest body axes of x, y and z; for an oblique grid the axis with the largest share is
  /// given out first.
  public var axisCodes: AxisCodes {
    var found = [BodyDirection?](repeating: nil, count: 3)
    var freeAxes = Set(0..<3)
    for _ in 0..<3 {
      var best = (share: -1.0, column: 0, axis: 0)
      for column in 0..<3 where found[column] == nil {
        for axis in freeAxes.sorted() {
          let share = abs(direction[axis, column])
          if share > best.share { best = (share, column, axis) }
        }
      }
      found[best.column] = BodyDirection(
        axis: best.axis, isPositive: direction[best.axis, best.column] >= 0)
      freeAxes.remove(best.axis)
    }
    return AxisCodes(unchecked: found.compactMap { $0 })
  }
}

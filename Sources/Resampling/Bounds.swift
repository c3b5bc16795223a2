import Parallelism
internal import Volumes

/// The ranges that results are limited to, because cubic splines overshoot: of the whole array or
/// of every plane resampled alone.
enum Bounds: Sendable {
  /// No limit: nearest and linear cannot overshoot.
  case none
  /// One range for all.
  case whole(ClosedRange<Float>)
  /// A range for every plane of the source along axis 0, applied before anything is done along that
  /// axis.
  case planes([ClosedRange<Float>])
  /// A range for every row of the result's planes.
  case rows([ClosedRange<Float>])
  /// A range for every column of the result's planes.
  case columns([ClosedRange<Float>])

  /// Limits one finished plane of the result, (height, width).
  func apply(to plane: UnsafeMutablePointer<Float>, height: Int, width: Int) {
    switch self {
    case .none, .planes: break
    case .whole(let bounds): clip(plane, count: height * width, to: bounds)
    case .rows(let bounds):
      for row in 0..<height { clip(plane + row * width, count: width, to: bounds[row]) }
    case .columns(let bounds):
      for row in 0..<height {
        let values = plane + row * width
        for column in 0..<width {
          let (lower, upper) = (bounds[column].lowerBound, bounds[column].upperBound)
          if values[column] < lower { values[column] = lower }
          if values[column] > upper { values[column] = upper }
        }
      }
    }
  }

  /// The range of every plane of `source` along `axis`, leaving out what is not a number.
  static func ranges(
    _ source: UnsafePointer<Float>, shape: Shape3, axis: Int
  ) -> [ClosedRange<Float>] {
    let (height, width) = (shape.height, shape.width)
    var lower = [Float](repeating: .infinity, count: shape[axis])
    var upper = [Float](repeating: -.infinity, count: shape[axis])
    if axis == 0 {
      lower.withUnsafeMutableBufferPointer { lower in
        upper.withUnsafeMutableBufferPointer { upper in
          nonisolated(unsafe) let (lows, highs) = (lower, upper)  // planes are disjoint
          parallelFor(shape.depth) { plane in
            (lows[plane], highs[plane]) = extrema(
              source + plane * height * width, count: height * width)
          }
        }
      }
    } else {
      for row in 0..<shape.depth * height {
        let values = source + row * width
        if axis == 1 {
          let (low, high) = extrema(values, count: width)
          lower[row % height] = min(lower[row % height], low)
          upper[row % height] = max(upper[row % height], high)
        } else {
          for column in 0..<width {
            if values[column] < lower[column] { lower[column] = values[column] }
            if values[column] > upper[column] { upper[column] = values[column] }
          }
        }
      }
    }
    return zip(lower, upper).map { $0 <= $1 ? $0...$1 : -.infinity ... .infinity }
  }
}

/// Smallest and largest of `count` numbers, leaving out what is not a number.
private func extrema(_ values: UnsafePointer<Float>, count: Int) -> (Float, Float) {
  var lower = Lanes(repeating: .infinity)
  var upper = Lanes(repeating: -.infinity)
  var index = 0
  while index &+ Lanes.scalarCount <= count {
    let lanes = loadLanes(values + index, Lanes.scalarCount)
    lower.replace(with: lanes, where: lanes .< lower)
    upper.replace(with: lanes, where: lanes .> upper)
    index &+= Lanes.scalarCount
  }
  var (low, high) = (lower.min(), upper.max())
  while index < count {
    if values[index] < low { low = values[index] }
    if values[index] > high { high = values[index] }
    index &+= 1
  }
  return (low, high)
}

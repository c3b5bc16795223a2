/// Resampling of one plane, row by row in memory, along its two axes.
struct PlaneResampling: Sendable {
  let rows: AxisOperator
  let columns: AxisOperator

  /// Elements of a plane of the source.
  var inputCount: Int { rows.inputCount * columns.inputCount }
  /// Elements of a plane of the result.
  var outputCount: Int { rows.outputCount * columns.outputCount }

  /// Whether the rows go first: the axis that shrinks does, so that less is left for the other.
  private var rowsFirst: Bool { rows.outputCount < rows.inputCount }

  /// Elements between the two passes.
  private var middleCount: Int {
    rowsFirst
      ? rows.outputCount * columns.inputCount : rows.inputCount * columns.outputCount
  }

  /// Working memory of one call, in lanes.
  var scratchLanes: Int {
    let longest = max(rows.inputCount, columns.inputCount) + 2 * CubicFilter.margin
    let width = Lanes.scalarCount
    return longest + columns.outputCount + (middleCount + width - 1) / width
  }

  /// Resamples one plane.
  ///
  /// - Parameters:
  ///   - source: (rows in, columns in).
  ///   - target: (rows out, columns out).
  ///   - scratch: ``scratchLanes`` lanes.
  func run(
    _ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Lanes>
  ) {
    if columns.isIdentity && rows.isIdentity {
      target.update(from: source, count: inputCount)
    } else if columns.isIdentity {
      resampleRows(source, into: target, width: columns.inputCount, scratch: scratch)
    } else if rows.isIdentity {
      resampleColumns(source, into: target, height: rows.inputCount, scratch: scratch)
    } else {
      let offset =
        max(rows.inputCount, columns.inputCount) + 2 * CubicFilter.margin + columns.outputCount
      let middle = UnsafeMutableRawPointer(scratch + offset).assumingMemoryBound(to: Float.self)
      if rowsFirst {
        resampleRows(source, into: middle, width: columns.inputCount, scratch: scratch)
        resampleColumns(middle, into: target, height: rows.outputCount, scratch: scratch)
      } else {
        resampleColumns(source, into: middle, height: rows.inputCount, scratch: scratch)
        resampleRows(middle, into: target, width: columns.outputCount, scratch: scratch)
      }
    }
  }

  /// Changes the number of rows; neighbouring columns are the lanes.
  private func resampleRows(
    _ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, width: Int,
    scratch: UnsafeMutablePointer<Lanes>
  ) {
    rows.first.withUnsafeBufferPointer { first in
      rows.weights.withUnsafeBufferPointer { weights in
        switch rows.interpolation {
        case .nearest:
          for row in 0..<rows.outputCount {
            (target + row * width).update(from: source + first[row] * width, count: width)
          }
        case .linear:
          for row in 0..<rows.outputCount {
            let upper = source + first[row] * width
            blend(
              upper, upper + width, weights: (weights[2 * row], weights[2 * row + 1]),
              into: target + row * width, count: width)
          }
        case .cubic:
          for column in stride(from: 0, to: width, by: Lanes.scalarCount) {
            let lanes = min(Lanes.scalarCount, width - column)
            for row in 0..<rows.inputCount {
              scratch[row &+ CubicFilter.margin] = loadLanes(
                source + (row &* width &+ column), lanes)
            }
            CubicFilter.run(scratch, count: rows.inputCount)
            for row in 0..<rows.outputCount {
              let value = spline(scratch, first: first[row], weights: weights, at: row)
              storeLanes(value, target + (row &* width &+ column), lanes)
            }
          }
        }
      }
    }
  }

  /// Changes the number of columns.
  ///
  /// For splines, neighbouring rows are the lanes, which takes a transposition each way.
  private func resampleColumns(
    _ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, height: Int,
    scratch: UnsafeMutablePointer<Lanes>
  ) {
    let (width, newWidth) = (columns.inputCount, columns.outputCount)
    columns.first.withUnsafeBufferPointer { first in
      columns.weights.withUnsafeBufferPointer { weights in
        switch columns.interpolation {
        case .nearest:
          for row in 0..<height {
            let (from, to) = (source + row * width, target + row * newWidth)
            for column in 0..<newWidth { to[column] = from[first[column]] }
          }
        case .linear:
          for row in 0..<height {
            let (from, to) = (source + row * width, target + row * newWidth)
            for column in 0..<newWidth {
              let pair = from + first[column]
              to[column] = pair[0] * weights[2 &* column] + pair[1] * weights[2 &* column &+ 1]
            }
          }
        case .cubic:
          let results = scratch + (width + 2 * CubicFilter.margin)
          for row in stride(from: 0, to: height, by: Lanes.scalarCount) {
            let lanes = min(Lanes.scalarCount, height - row)
            gatherRows(
              source + row * width, count: lanes, length: width, scratch + CubicFilter.margin)
            CubicFilter.run(scratch, count: width)
            for column in 0..<newWidth {
              results[column] = spline(scratch, first: first[column], weights: weights, at: column)
            }
            scatterRows(results, count: lanes, length: newWidth, target + row * newWidth)
          }
        }
      }
    }
  }

  /// Value of the spline whose coefficients start `margin` samples before the first.
  @inline(__always)
  private func spline(
    _ coefficients: UnsafeMutablePointer<Lanes>, first: Int,
    weights: UnsafeBufferPointer<Float>, at output: Int
  ) -> Lanes {
    let taps = coefficients + (first &+ CubicFilter.margin)
    let w = 4 &* output
    return (taps[0] * weights[w] + taps[1] * weights[w &+ 1])
      + (taps[2] * weights[w &+ 2] + taps[3] * weights[w &+ 3])
  }

  /// Transposes up to 16 rows into lanes; lanes without a row get zeros.
  @inline(__always)
  private func gatherRows(
    _ source: UnsafePointer<Float>, count: Int, length: Int, _ lanes: UnsafeMutablePointer<Lanes>
  ) {
    let width = Lanes.scalarCount
    let numbers = UnsafeMutableRawPointer(lanes).assumingMemoryBound(to: Float.self)
    if count < width { for index in 0..<length { lanes[index] = Lanes(repeating: 0) } }
    for row in 0..<count {
      let from = source + row &* length
      for index in 0..<length { numbers[index &* width &+ row] = from[index] }
    }
  }

  /// Transposes lanes back into up to 16 rows.
  @inline(__always)
  private func scatterRows(
    _ lanes: UnsafeMutablePointer<Lanes>, count: Int, length: Int,
    _ target: UnsafeMutablePointer<Float>
  ) {
    let width = Lanes.scalarCount
    let numbers = UnsafeMutableRawPointer(lanes).assumingMemoryBound(to: Float.self)
    for row in 0..<count {
      let to = target + row &* length
      for index in 0..<length { to[index] = numbers[index &* width &+ row] }
    }
  }
}

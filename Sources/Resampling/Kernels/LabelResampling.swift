internal import Volumes

/// Resampling of labels: every output takes the label with the largest linear share among the eight around it.
///
/// Where the eight agree, as nearly everywhere, nothing is computed: the agreement of every cell of eight is found once per row.
struct LabelResampling<Label: FixedWidthInteger & Sendable>: Sendable {
  let axes: [LabelAxis]
  let rule: LabelRule

  /// Marks a cell whose labels differ.
  private var mixed: Int32 { .min }

  /// Resamples `rows` of the result, counted over planes.
  ///
  /// - Parameters:
  ///   - source: Labels with the shape that `axes` expects.
  ///   - target: Labels of the whole result.
  func run(
    _ source: UnsafePointer<Label>, _ rows: Range<Int>, into target: UnsafeMutablePointer<Label>
  ) {
    let (height, width) = (axes[1].outputCount, axes[2].outputCount)
    let cells = UnsafeMutablePointer<Int32>.allocate(capacity: axes[2].inputCount)
    defer { cells.deallocate() }
    let (oldHeight, oldWidth) = (axes[1].inputCount, axes[2].inputCount)
    var known: (Int, Int, Int, Int) = (-1, -1, -1, -1)
    for row in rows {
      let (z, y) = (row / height, row % height)
      let (planes, lines) = (axes[0].taps[z], axes[1].taps[y])
      let here = (planes.lower, planes.upper, lines.lower, lines.upper)
      let corners = (
        source + (planes.lower * oldHeight + lines.lower) * oldWidth,
        source + (planes.lower * oldHeight + lines.upper) * oldWidth,
        source + (planes.upper * oldHeight + lines.lower) * oldWidth,
        source + (planes.upper * oldHeight + lines.upper) * oldWidth
      )
      if here != known {
        compare(corners, into: cells)
        known = here
      }
      let result = target + row * width
      axes[2].taps.withUnsafeBufferPointer { columns in
        for x in 0..<width {
          let cell = cells[columns[x].lower]
          result[x] =
            cell == mixed ? choose(corners, z, y, x, source) : Label(truncatingIfNeeded: cell)
        }
      }
    }
  }

  private typealias Corners = (
    UnsafePointer<Label>, UnsafePointer<Label>, UnsafePointer<Label>, UnsafePointer<Label>
  )

  /// Finds for every column whether the four rows agree there and at the next column.
  @inline(__always)
  private func compare(_ rows: Corners, into cells: UnsafeMutablePointer<Int32>) {
    let last = axes[2].inputCount - 1
    let mark = mixed
    for x in 0..<last {
      let label = rows.0[x]
      let differs =
        (rows.1[x] ^ label) | (rows.2[x] ^ label) | (rows.3[x] ^ label)
        | (rows.0[x &+ 1] ^ label) | (rows.1[x &+ 1] ^ label)
        | (rows.2[x &+ 1] ^ label) | (rows.3[x &+ 1] ^ label)
      cells[x] = differs == 0 ? Int32(truncatingIfNeeded: label) : mark
    }
    let label = rows.0[last]
    let agrees = rows.1[last] == label && rows.2[last] == label && rows.3[last] == label
    cells[last] = agrees ? Int32(truncatingIfNeeded: label) : mark
  }

  /// Chooses among differing labels.
  private func choose(
    _ rows: Corners, _ z: Int, _ y: Int, _ x: Int, _ source: UnsafePointer<Label>
  ) -> Label {
    let (columns, wx) = (axes[2].taps[x], axes[2].weights[x])
    let (wz, wy) = (axes[0].weights[z], axes[1].weights[y])
    // Products and sums in the reference's order, slowest axis first, so that ties are ties here too.
    let shares = SIMD8<Double>(
      wz.lower * wy.lower * wx.lower, wz.lower * wy.lower * wx.upper,
      wz.lower * wy.upper * wx.lower, wz.lower * wy.upper * wx.upper,
      wz.upper * wy.lower * wx.lower, wz.upper * wy.lower * wx.upper,
      wz.upper * wy.upper * wx.lower, wz.upper * wy.upper * wx.upper)
    let labels = SIMD8<Int32>(
      Self.wide(rows.0[columns.lower]), Self.wide(rows.0[columns.upper]),
      Self.wide(rows.1[columns.lower]), Self.wide(rows.1[columns.upper]),
      Self.wide(rows.2[columns.lower]), Self.wide(rows.2[columns.upper]),
      Self.wide(rows.3[columns.lower]), Self.wide(rows.3[columns.upper]))
    var winner = Int32.max
    var best = -1.0
    var last = Int32.min
    for corner in 0..<8 {
      let label = labels[corner]
      let share = Self.share(of: label, labels, shares)
      if share > best || (share == best && label < winner) {
        best = share
        winner = label
      }
      if share >= 0.5 { last = max(last, label) }
    }
    switch rule {
    case .lastAboveHalf: return last == .min ? 0 : Label(truncatingIfNeeded: last)
    case .largestShare:
      let position =
        (axes[0].nearest[z] * axes[1].inputCount + axes[1].nearest[y]) * axes[2].inputCount
        + axes[2].nearest[x]
      let nearest = source[position]
      return Self.share(of: Self.wide(nearest), labels, shares) == best
        ? nearest : Label(truncatingIfNeeded: winner)
    }
  }

  /// Sum of the shares of one label, at most 1.
  @inline(__always)
  private static func share(
    of label: Int32, _ labels: SIMD8<Int32>, _ shares: SIMD8<Double>
  ) -> Double {
    var sum = 0.0
    for corner in 0..<8 where labels[corner] == label { sum += shares[corner] }
    return min(sum, 1)
  }

  @inline(__always)
  private static func wide(_ label: Label) -> Int32 { Int32(truncatingIfNeeded: label) }
}

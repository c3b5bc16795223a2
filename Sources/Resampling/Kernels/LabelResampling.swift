internal import Volumes

/// Resampling of labels: every output takes the label with the largest linear share among the eight
/// around it.
///
/// Where the eight agree, as nearly everywhere, nothing is computed: the agreement of every cell of
/// eight is found once per row.
struct LabelResampling<Label: FixedWidthInteger & Sendable>: Sendable {
  let axes: [LabelAxis]
  let rule: LabelRule

  /// Marks a cell whose labels differ.
  private var mixed: Int32 { .min }

  /// Resamples some rows of the result.
  ///
  /// - Parameters:
  ///   - source: Labels with the shape that `axes` expects.
  ///   - rows: Rows of the result, counted over planes.
  ///   - target: Labels of the whole result.
  func run(
    _ source: UnsafePointer<Label>, _ rows: Range<Int>, into target: UnsafeMutablePointer<Label>
  ) {
    let (height, width) = (axes[1].outputCount, axes[2].outputCount)
    let cells = UnsafeMutablePointer<Int32>.allocate(capacity: axes[2].inputCount)
    let tally = Tally<Label>()
    defer {
      cells.deallocate()
      tally.deallocate()
    }
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
            cell == mixed
            ? choose(corners, z, y, x, source, tally) : Label(truncatingIfNeeded: cell)
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
  @inline(__always)
  private func choose(
    _ rows: Corners, _ z: Int, _ y: Int, _ x: Int, _ source: UnsafePointer<Label>,
    _ tally: Tally<Label>
  ) -> Label {
    let (columns, wx) = (axes[2].taps[x], axes[2].weights[x])
    let (wz, wy) = (axes[0].weights[z], axes[1].weights[y])
    var labels = 0
    // Products and sums in the reference's order, slowest axis first, so that ties are ties here
    // too. Corners without weight change no sum.
    func add(_ row: UnsafePointer<Label>, _ weight: Double) {
      tally.add(weight * wx.lower, to: row[columns.lower], &labels)
      if wx.upper != 0 { tally.add(weight * wx.upper, to: row[columns.upper], &labels) }
    }
    add(rows.0, wz.lower * wy.lower)
    if wy.upper != 0 { add(rows.1, wz.lower * wy.upper) }
    if wz.upper != 0 {
      add(rows.2, wz.upper * wy.lower)
      if wy.upper != 0 { add(rows.3, wz.upper * wy.upper) }
    }
    switch rule {
    case .lastAboveHalf: return tally.lastAboveHalf(among: labels)
    case .largestShare:
      let line = axes[0].nearest[z] * axes[1].inputCount + axes[1].nearest[y]
      let nearest = source[line * axes[2].inputCount + axes[2].nearest[x]]
      return tally.winner(among: labels, preferring: nearest)
    }
  }
}

/// The shares of the labels at the eight corners of a cell.
private struct Tally<Label: FixedWidthInteger> {
  private let labels = UnsafeMutablePointer<Label>.allocate(capacity: 8)
  private let shares = UnsafeMutablePointer<Double>.allocate(capacity: 8)

  func deallocate() {
    labels.deallocate()
    shares.deallocate()
  }

  /// Adds to the share of a label, one of `count` so far.
  @inline(__always)
  func add(_ share: Double, to label: Label, _ count: inout Int) {
    for index in 0..<count where labels[index] == label {
      shares[index] += share
      return
    }
    labels[count] = label
    shares[count] = share
    count &+= 1
  }

  /// The label with the largest share; of equals the given one if it is among them, else the
  /// smallest.
  @inline(__always)
  func winner(among count: Int, preferring nearest: Label) -> Label {
    var (winner, best) = (labels[0], min(shares[0], 1))
    for index in 1..<max(1, count) {
      let (label, share) = (labels[index], min(shares[index], 1))
      if share > best
        || (share == best && winner != nearest && (label < winner || label == nearest))
      {
        (winner, best) = (label, share)
      }
    }
    return winner
  }

  /// The largest label with at least half, or 0.
  @inline(__always)
  func lastAboveHalf(among count: Int) -> Label {
    var last: Label?
    for index in 0..<count where shares[index] >= 0.5 {
      last = max(last ?? labels[index], labels[index])
    }
    return last ?? 0
  }
}

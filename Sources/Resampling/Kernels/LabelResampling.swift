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
    // Products and sums in the reference's order, slowest axis first, so that ties are ties here
    // too.
    let shares = SIMD8<Double>(
      wz.lower * wy.lower * wx.lower, wz.lower * wy.lower * wx.upper,
      wz.lower * wy.upper * wx.lower, wz.lower * wy.upper * wx.upper,
      wz.upper * wy.lower * wx.lower, wz.upper * wy.lower * wx.upper,
      wz.upper * wy.upper * wx.lower, wz.upper * wy.upper * wx.upper)
    let labels = SIMD8<Int64>(
      wide(rows.0[columns.lower]), wide(rows.0[columns.upper]),
      wide(rows.1[columns.lower]), wide(rows.1[columns.upper]),
      wide(rows.2[columns.lower]), wide(rows.2[columns.upper]),
      wide(rows.3[columns.lower]), wide(rows.3[columns.upper]))
    let nearest = wide(
      source[
        (axes[0].nearest[z] * axes[1].inputCount + axes[1].nearest[y]) * axes[2].inputCount
          + axes[2].nearest[x]])
    let tally = Tally(labels: labels, shares: shares, nearest: nearest)
    switch rule {
    case .lastAboveHalf: return Label(truncatingIfNeeded: tally.lastAboveHalf ?? 0)
    case .largestShare: return Label(truncatingIfNeeded: tally.winner)
    }
  }

  @inline(__always)
  private func wide(_ label: Label) -> Int64 { Int64(truncatingIfNeeded: label) }
}

/// The shares of the labels at the eight corners of a cell.
private struct Tally {
  /// The label with the largest share; of equals the nearest voxel's if it is among them, else the
  /// smallest.
  var winner = Int64.max
  /// The largest label with at least half, if there is one.
  var lastAboveHalf: Int64?

  @inline(__always)
  init(labels: SIMD8<Int64>, shares: SIMD8<Double>, nearest: Int64) {
    var best = -1.0
    var nearestShare = -1.0
    var seen = SIMDMask<SIMD8<Int64>>(repeating: false)
    for corner in 0..<8 where !seen[corner] {
      let label = labels[corner]
      let same = labels .== SIMD8(repeating: label)
      seen .|= same
      let own = shares.replacing(with: 0, where: .!same)
      // One after the other, as the reference adds them; the zeros of other labels change nothing.
      var share = own[0]
      for other in 1..<8 { share += own[other] }
      share = min(share, 1)
      if share > best || (share == best && label < winner) { (winner, best) = (label, share) }
      if share >= 0.5 { lastAboveHalf = max(lastAboveHalf ?? label, label) }
      if label == nearest { nearestShare = share }
    }
    if nearestShare == best { winner = nearest }
  }
}

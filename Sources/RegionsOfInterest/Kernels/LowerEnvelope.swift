/// The parabolas (w (p - q))² + f(q) that are lowest somewhere on a line of positions p, w being the
/// spacing, from left to right with the first position at which each is.
///
/// - Source: Felzenszwalb, Huttenlocher, Theory of Computing 8, 2012, section 2.1, with the whole
///   positions of Meijster, Roerdink, Hesselink, "A general algorithm for computing distance
///   transforms in linear time", 2000, doi:10.1007/0-306-47025-X_36.
struct LowerEnvelope {
  private let length: Int
  /// Where every parabola is lowest of all its own values, q.
  let vertices: UnsafeMutablePointer<Int>
  /// The values there, f(q).
  let heights: UnsafeMutablePointer<Double>
  /// The first position of every parabola, and the length of the line after the last.
  let firsts: UnsafeMutablePointer<Int>
  /// 1 / (2 w² k) for k from 0 to the length.
  private let reciprocals: UnsafeMutablePointer<Double>

  /// For lines of `length` positions `spacing` apart.
  init(length: Int, spacing: Double) {
    self.length = length
    vertices = .allocate(capacity: length)
    heights = .allocate(capacity: length)
    firsts = .allocate(capacity: length + 1)
    reciprocals = .allocate(capacity: length + 1)
    for k in 0...length { reciprocals[k] = 1 / (2 * spacing * spacing * Double(k)) }
  }

  func deallocate() {
    vertices.deallocate()
    heights.deallocate()
    firsts.deallocate()
    reciprocals.deallocate()
  }

  /// Finds the parabolas of a line.
  ///
  /// A zero between zeros, which is lowest at its own position only, is passed over: where f is 0, so
  /// is the smallest value, whatever the parabolas say.
  ///
  /// - Parameters:
  ///   - line: The values f, infinite where there is none.
  ///   - stride: Elements from one position to the next.
  /// - Returns: Number of parabolas; 0 where no value is finite.
  func find(_ line: UnsafePointer<Double>, stride: Int) -> Int {
    var last = -1
    var (vertex, height, first) = (0, 0.0, 0)
    let end = Double(length - 1)
    var before = Double.infinity
    for position in 0..<length {
      let value = line[position &* stride]
      let previous = before
      before = value
      if !(value < .infinity) { continue }
      if value == 0, previous == 0, position &+ 1 < length, line[(position &+ 1) &* stride] == 0 {
        continue
      }
      var begin = 0
      while last >= 0 {
        // Where this parabola and the last one meet, in voxels.
        let meeting =
          0.5 * Double(position &+ vertex) + (value - height) * reciprocals[position &- vertex]
        if meeting >= end {
          begin = length
          break
        }
        begin = meeting >= 0 ? Int(meeting) &+ 1 : 0
        if begin > first { break }
        last &-= 1
        if last >= 0 { (vertex, height, first) = (vertices[last], heights[last], firsts[last]) }
        begin = 0
      }
      // Never the lowest on this line.
      if begin == length { continue }
      last &+= 1
      (vertex, height, first) = (position, value, begin)
      (vertices[last], heights[last], firsts[last]) = (position, value, begin)
    }
    firsts[last + 1] = length
    return last + 1
  }
}

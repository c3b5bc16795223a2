internal import Volumes

/// The pass along z, for one row of columns after the other.
struct ColumnPass {
  private let transform: DistanceTransform
  /// Squares of neighbouring columns, one column beside the other.
  private let squares: UnsafeMutablePointer<Double>
  private let envelope: LowerEnvelope

  private static var width: Int { DistanceTransform.width }

  init(_ transform: DistanceTransform) {
    self.transform = transform
    squares = .allocate(capacity: transform.extent.z * Self.width)
    envelope = LowerEnvelope(length: transform.extent.z, spacing: transform.steps.z ?? 1)
  }

  func deallocate() {
    squares.deallocate()
    envelope.deallocate()
  }

  /// Measures all voxels with the given y.
  func run<Steps: FixedWidthInteger & UnsignedInteger>(
    row y: Int, _ slices: NearestInSlice<Steps>, into sink: some DistanceSink
  ) {
    let extent = transform.extent
    let plane = extent.x * extent.y
    for first in stride(from: 0, to: extent.x, by: Self.width) {
      let start = y * extent.x + first
      let count = min(Self.width, extent.x - first)
      load(slices.advanced(by: start), count)
      if let spacing = transform.steps.z {
        for line in 0..<count { join(squares + line, spacing) }
      }
      for z in 0..<extent.z {
        sink.take(squares + z * Self.width, count: count, at: z * plane + start)
      }
    }
  }

  private func load<Steps: FixedWidthInteger & UnsignedInteger>(
    _ slices: NearestInSlice<Steps>, _ count: Int
  ) {
    let (stepX, stepY) = (transform.steps.x ?? 0, transform.steps.y ?? 0)
    let plane = transform.extent.x * transform.extent.y
    for z in 0..<transform.extent.z {
      let (x, y) = (slices.x + z * plane, slices.y + z * plane)
      let row = squares + z * Self.width
      for line in 0..<count {
        let (a, b) = (stepX * Double(x[line]), stepY * Double(y[line]))
        row[line] = x[line] == .max ? .infinity : a * a + b * b
      }
    }
  }

  /// Replaces the squares of a column by the smallest along it.
  private func join(_ column: UnsafeMutablePointer<Double>, _ spacing: Double) {
    let width = Self.width
    for index in 0..<envelope.find(column, stride: width) {
      let (vertex, height) = (envelope.vertices[index], envelope.heights[index])
      for place in envelope.firsts[index]..<envelope.firsts[index + 1] {
        let side = spacing * Double(place &- vertex)
        let own = column[place &* width]
        column[place &* width] = own == 0 ? 0 : height + side * side
      }
    }
  }
}

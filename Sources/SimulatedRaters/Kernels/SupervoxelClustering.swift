import Parallelism
internal import Volumes

/// Voxels and the centres nearest to them in place and intensity, improved round by round.
struct SupervoxelClustering {
  /// The centre that every voxel belongs to.
  private(set) var assignment: [Int32]
  /// Mean number of voxels of a centre.
  let voxelsPerCentre: Int

  private struct Centre {
    /// Place in voxels.
    var x: Double
    var y: Double
    var z: Double
    var value: Double
  }

  private let image: Volume<Float>
  private var centres: [Centre]
  /// Voxels from a centre within which it is looked for.
  private let window: Extent
  /// Squared distances of one voxel step and of a unit of intensity.
  private let weights: (x: Float, y: Float, z: Float, value: Float)

  init(of image: Volume<Float>, _ settings: SupervoxelSettings) {
    self.image = image
    let (extent, spacing) = (image.extent, image.geometry.spacing)
    let volume = max(settings.volume, settings.fewestVoxels * image.geometry.voxelVolume)
    let steps = Self.steps(volume, [spacing.x, spacing.y, spacing.z])
    func count(_ length: Int, _ spacing: Double, _ step: Double) -> Int {
      min(max(Int((Double(length) * spacing / step).rounded()), 1), length)
    }
    let counts = Extent(
      x: count(extent.x, spacing.x, steps[0]), y: count(extent.y, spacing.y, steps[1]),
      z: count(extent.z, spacing.z, steps[2]))
    func place(_ index: Int, _ count: Int, _ length: Int) -> Double {
      (Double(index) + 0.5) * Double(length) / Double(count) - 0.5
    }
    centres = []
    for z in 0..<counts.z {
      for y in 0..<counts.y {
        for x in 0..<counts.x {
          var centre = Centre(
            x: place(x, counts.x, extent.x), y: place(y, counts.y, extent.y),
            z: place(z, counts.z, extent.z), value: 0)
          centre.value = Double(
            image[
              Int(centre.x.rounded()), Int(centre.y.rounded()), Int(centre.z.rounded())])
          centres.append(centre)
        }
      }
    }
    func reach(_ length: Int, _ count: Int) -> Int {
      Int((2 * Double(length) / Double(count)).rounded(.up))
    }
    window = Extent(
      x: reach(extent.x, counts.x), y: reach(extent.y, counts.y), z: reach(extent.z, counts.z))
    voxelsPerCentre = extent.count / centres.count
    // Distances in units of the mean step, intensities in units of the compactness.
    let step = Self.cubeRoot(volume)
    func square(_ value: Double) -> Float { Float(value * value) }
    weights = (
      square(spacing.x / step), square(spacing.y / step), square(spacing.z / step),
      square(1 / settings.compactness)
    )
    assignment = [Int32](repeating: 0, count: extent.count)
  }

  /// Millimetres between centres along the axes: equal, but at least a voxel.
  private static func steps(_ volume: Double, _ spacings: [Double]) -> [Double] {
    var steps = spacings
    var free = [0, 1, 2]
    while !free.isEmpty {
      let fixed = [0, 1, 2].filter { !free.contains($0) }.reduce(1.0) { $0 * steps[$1] }
      let left = max(volume / fixed, 1e-9)
      let step =
        free.count == 3 ? cubeRoot(left) : (free.count == 2 ? left.squareRoot() : left)
      let coarse = free.filter { spacings[$0] > step }
      if coarse.isEmpty {
        for axis in free { steps[axis] = step }
        break
      }
      free.removeAll { coarse.contains($0) }
    }
    return steps
  }

  private static func cubeRoot(_ value: Double) -> Double {
    // Newton's method from above; no power function, which differs between machines.
    var root = max(value, 1)
    for _ in 0..<200 { root -= (root * root * root - value) / (3 * root * root) }
    return root
  }

  /// Gives every voxel to the nearest centre around it, of equally near ones the first, and moves the
  /// centres to the means of their voxels.
  mutating func improve() {
    assign()
    moveCentres()
  }

  private mutating func assign() {
    let (extent, image, centres, window, weights) = (image.extent, image, centres, window, weights)
    assignment.withUnsafeMutableBufferPointer { assignment in
      image.voxels.withUnsafeBufferPointer { values in
        nonisolated(unsafe) let (assignment, values) = (assignment, values)
        parallelFor(extent.z) { z in
          let plane = extent.x * extent.y
          var best = [Float](repeating: .infinity, count: plane)
          best.withUnsafeMutableBufferPointer { best in
            for (number, centre) in centres.enumerated() {
              guard abs(centre.z - Double(z)) <= Double(window.z) else { continue }
              let deep = weights.z * Float((centre.z - Double(z)) * (centre.z - Double(z)))
              let (x, y) = (Float(centre.x), Float(centre.y))
              let value = Float(centre.value)
              let columns = range(centre.x, window.x, extent.x)
              for row in range(centre.y, window.y, extent.y) {
                let high = deep + weights.y * (y - Float(row)) * (y - Float(row))
                for place in row * extent.x + columns.lowerBound..<row * extent.x
                  + columns.upperBound
                {
                  let wide = x - Float(place - row * extent.x)
                  let difference = value - values[z * plane + place]
                  let distance =
                    high + weights.x * wide * wide + weights.value * difference * difference
                  if distance < best[place] {
                    best[place] = distance
                    assignment[z * plane + place] = Int32(number)
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  private mutating func moveCentres() {
    let extent = image.extent
    var sums = [(x: Int, y: Int, z: Int, value: Double, count: Int)](
      repeating: (0, 0, 0, 0, 0), count: centres.count)
    for z in 0..<extent.z {
      for y in 0..<extent.y {
        for x in 0..<extent.x {
          let voxel = extent.index(x, y, z)
          let centre = Int(assignment[voxel])
          sums[centre].x += x
          sums[centre].y += y
          sums[centre].z += z
          sums[centre].value += Double(image.voxels[voxel])
          sums[centre].count += 1
        }
      }
    }
    for (index, sum) in sums.enumerated() where sum.count > 0 {
      let n = Double(sum.count)
      centres[index] = Centre(
        x: Double(sum.x) / n, y: Double(sum.y) / n, z: Double(sum.z) / n, value: sum.value / n)
    }
  }
}

/// The positions up to `reach` from a place on a line.
private func range(_ place: Double, _ reach: Int, _ length: Int) -> Range<Int> {
  let first = max(Int((place - Double(reach)).rounded(.up)), 0)
  let last = min(Int((place + Double(reach)).rounded(.down)), length - 1)
  return first..<max(last + 1, first)
}

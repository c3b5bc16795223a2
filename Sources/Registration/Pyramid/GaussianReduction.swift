internal import ElementaryFunctions
import Parallelism
import Volumes

/// Smoothing and taking fewer samples along one axis in one step.
///
/// Outer faces stay where they are. The Gaussian has a standard deviation of half the new spacing,
/// less what the old spacing has smoothed already: `0.5 sqrt(f^2 - 1)` old samples for a factor `f`.
struct GaussianReduction: Sendable {
  let inputCount: Int
  let outputCount: Int
  /// First input sample of every output.
  let first: [Int]
  /// Weights of the input samples from there on, `width` for every output.
  let weights: [Float]
  let width: Int

  init(_ input: Int, to output: Int) {
    precondition(1...input ~= output, "\(input) samples cannot become \(output)")
    (inputCount, outputCount) = (input, output)
    let factor = Double(input) / Double(output)
    let deviation = 0.5 * max(0, factor * factor - 1).squareRoot()
    let reach = 3 * deviation + 0.5
    width = output == input ? 1 : min(input, Int(2 * reach) + 2)
    var first: [Int] = []
    var weights: [Float] = []
    for index in 0..<output {
      let centre = (Double(index) + 0.5) * factor - 0.5
      let start = min(max(0, Int((centre - reach).rounded(.up))), input - width)
      let raw = (start..<start + width).map { sample -> Double in
        if output == input { return 1 }
        let distance = (Double(sample) - centre) / deviation
        return abs(Double(sample) - centre) > reach ? 0 : exponential(-0.5 * distance * distance)
      }
      let sum = raw.reduce(0, +)
      first.append(start)
      weights += raw.map { Float($0 / sum) }
    }
    (self.first, self.weights) = (first, weights)
  }
}

extension Volume where Voxel == Float {
  /// The image smoothed and on fewer voxels over the same box.
  ///
  /// - Parameter extent: The new numbers of voxels, none larger than the old ones.
  /// - Returns: The smaller image.
  /// - Complexity: O(voxels) time on all threads.
  func reduced(to extent: Extent) -> Volume {
    let old = self.extent
    guard old != extent else { return self }
    let alongX = GaussianReduction(old.x, to: extent.x)
    let alongY = GaussianReduction(old.y, to: extent.y)
    let alongZ = GaussianReduction(old.z, to: extent.z)
    let rows = reduceRows(voxels, old.y * old.z, alongX)
    // Lines along y are rows of whole planes of x, those along z planes.
    let planes = reduceLines(rows, run: extent.x, outer: old.z, alongY)
    let result = reduceLines(planes, run: extent.x * extent.y, outer: 1, alongZ)
    return Volume(voxels: result, geometry: geometry.reduced(to: extent))
  }
}

extension Geometry {
  /// The grid of other numbers of voxels over the same box.
  func reduced(to extent: Extent) -> Geometry {
    let factor = Vector3(
      Double(self.extent.x) / Double(extent.x), Double(self.extent.y) / Double(extent.y),
      Double(self.extent.z) / Double(extent.z))
    return Geometry(
      extent: extent,
      spacing: Vector3(spacing.x * factor.x, spacing.y * factor.y, spacing.z * factor.z),
      origin: worldPoint(
        ofVoxel: Vector3((factor.x - 1) / 2, (factor.y - 1) / 2, (factor.z - 1) / 2)),
      direction: direction)
  }

  /// Numbers of voxels at which the spacing is about `target` millimetres; no axis gets more voxels
  /// than it has.
  func extent(atSpacing target: Double) -> Extent {
    func length(_ count: Int, _ spacing: Double) -> Int {
      guard spacing < target else { return count }
      return min(count, max(min(count, 4), Int((Double(count) * spacing / target).rounded())))
    }
    return Extent(
      x: length(extent.x, spacing.x), y: length(extent.y, spacing.y),
      z: length(extent.z, spacing.z))
  }
}

/// Reduces `count` rows that follow one another.
private func reduceRows(_ voxels: [Float], _ count: Int, _ axis: GaussianReduction) -> [Float] {
  guard axis.inputCount != axis.outputCount else { return voxels }
  let total = count * axis.outputCount
  return [Float](unsafeUninitializedCapacity: total) { buffer, filled in
    nonisolated(unsafe) let target = buffer  // rows are disjoint
    voxels.withUnsafeBufferPointer { source in
      axis.weights.withUnsafeBufferPointer { weights in
        parallelForRanges(count, grain: max(1, 65_536 / axis.inputCount)) { rows in
          for row in rows {
            let base = row * axis.inputCount
            for index in 0..<axis.outputCount {
              let start = base + axis.first[index]
              var sum: Float = 0
              for tap in 0..<axis.width {
                sum += source[start + tap] * weights[index * axis.width + tap]
              }
              target[row * axis.outputCount + index] = sum
            }
          }
        }
      }
    }
    filled = total
  }
}

/// Reduces along an axis whose samples are runs of `run` numbers, for each of `outer` blocks.
private func reduceLines(
  _ voxels: [Float], run: Int, outer: Int, _ axis: GaussianReduction
) -> [Float] {
  guard axis.inputCount != axis.outputCount else { return voxels }
  let total = outer * axis.outputCount * run
  return [Float](unsafeUninitializedCapacity: total) { buffer, filled in
    nonisolated(unsafe) let target = buffer  // runs are disjoint
    voxels.withUnsafeBufferPointer { source in
      parallelFor(outer * axis.outputCount) { line in
        let (block, index) = (line / axis.outputCount, line % axis.outputCount)
        let output = UnsafeMutableBufferPointer(
          rebasing: target[line * run..<(line + 1) * run])
        output.initialize(repeating: 0)
        for tap in 0..<axis.width {
          let weight = axis.weights[index * axis.width + tap]
          let start = (block * axis.inputCount + axis.first[index] + tap) * run
          for position in 0..<run { output[position] += source[start + position] * weight }
        }
      }
    }
    filled = total
  }
}

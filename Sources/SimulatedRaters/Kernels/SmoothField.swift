import ElementaryFunctions
import RandomNumbers
internal import Volumes

/// A smooth random function of position in mm: mean 0, standard deviation 1, nearly normal, with the
/// correlation exp(-d² / length²) over a distance d; values beyond four standard deviations are cut.
///
/// It is a sum of plane waves of random directions, lengths and phases, so that it needs no grid and
/// knows no border.
///
/// - Source: Shinozuka, Jan, "Digital simulation of random processes and its applications", J. Sound
///   Vib. 25(1), 1972, doi:10.1016/0022-460X(72)90600-1; waves drawn from the Gaussian spectrum.
struct SmoothField {
  /// Largest absolute value.
  static let largest: Float = 4
  private static let groups = 16
  private static let waves = groups * SIMD16<Float>.scalarCount

  /// Radians per mm along x, y, z, and the phase, of every wave.
  private let waves: [(frequency: Vector3, phase: Double)]

  /// A function of its own, decided by the generator.
  init(correlationLength: Double, using generator: inout SplitMix64) {
    let scale = 2.0.squareRoot() / correlationLength
    waves = (0..<Self.waves).map { _ in
      let directions = generator.normals(3)
      return (
        Vector3(scale * directions[0], scale * directions[1], scale * directions[2]),
        Double(generator.uniform(0...1)) * 2 * .pi
      )
    }
  }

  /// The values at `row.count` places from `start` on, `step` mm apart along x.
  func fill(_ row: UnsafeMutableBufferPointer<Float>, from start: Vector3, step: Double) {
    typealias Lanes = SIMD16<Float>
    withUnsafeTemporaryAllocation(of: Lanes.self, capacity: 4 * Self.groups) { state in
      // Every wave is a pointer that turns by a fixed angle from voxel to voxel.
      for (index, wave) in waves.enumerated() {
        let (group, lane) = (4 * (index / Lanes.scalarCount), index % Lanes.scalarCount)
        let angle =
          wave.frequency.x * start.x + wave.frequency.y * start.y + wave.frequency.z * start.z
          + wave.phase
        let turn = wave.frequency.x * step
        state[group][lane] = Float(cosine(angle))
        state[group + 1][lane] = Float(sine(angle))
        state[group + 2][lane] = Float(cosine(turn))
        state[group + 3][lane] = Float(sine(turn))
      }
      let amplitude = (2 / Float(Self.waves)).squareRoot()
      for x in row.indices {
        var sum = Lanes.zero
        for group in stride(from: 0, to: 4 * Self.groups, by: 4) {
          let (a, b) = (state[group], state[group + 1])
          sum += a
          state[group] = a * state[group + 2] - b * state[group + 3]
          state[group + 1] = a * state[group + 3] + b * state[group + 2]
        }
        row[x] = min(max(amplitude * sum.sum(), -Self.largest), Self.largest)
      }
    }
  }
}

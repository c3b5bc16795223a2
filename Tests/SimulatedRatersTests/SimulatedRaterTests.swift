import Parallelism
import RegionsOfInterest
import SimulatedRaters
import TestSupport
import Testing
import Volumes

@Suite struct SimulatedRaterTests {
  private func style(_ change: (inout RaterStyle) -> Void) -> RaterStyle {
    var style = RaterStyle()
    change(&style)
    return style
  }

  private func drawing(
    _ truth: LabelMap = Phantom.truth, number: Int = 0, _ change: (inout RaterStyle) -> Void
  ) throws -> LabelMap {
    try SimulatedRater(of: truth, style: style(change), seed: 5, case: "a", number: number)
      .drawing()
  }

  @Test func noAmountsGiveTheTruth() throws {
    #expect(try drawing { _ in }.labels == Phantom.truth.labels)
    #expect(try drawing(Phantom.halves) { _ in }.labels == Phantom.halves.labels)
  }

  /// A bias moves the border, half a voxel from its voxels' centres, by as much.
  @Test(arguments: [-3.0, -1, 1, 2.5]) func biasIsADistanceFromTheBorder(bias: Double) throws {
    let drawn = try drawing { $0.bias = bias }
    let distances = Phantom.truth.mask(of: [1]).signedDistances.voxels
    let expected = distances.map { ($0 > 0 ? $0 - 0.5 : $0 + 0.5) <= bias + 1e-5 }
    #expect(drawn.labels.map { $0 == 1 } == expected)
  }

  @Test func sameSeedSameLabelsOnAnyThreads() throws {
    let noisy: (inout RaterStyle) -> Void = {
      ($0.noise, $0.shift, $0.rotation, $0.sliceNoise) = (2, 1, 3, 0.5)
    }
    let first = try drawing(Phantom.halves, noisy)
    #expect(try drawing(Phantom.halves, noisy).labels == first.labels)
    let serial = try ThreadBudget.serially { try drawing(Phantom.halves, noisy) }
    #expect(serial.labels == first.labels)
    #expect(try drawing(Phantom.halves, number: 1, noisy).labels != first.labels)
    let other = try SimulatedRater(
      of: Phantom.halves, style: style(noisy), seed: 5, case: "b", number: 0)
    #expect(try other.drawing().labels != first.labels)
  }

  /// Of a shift the centroid tells how far, and the volume stays.
  @Test func shiftMovesTheCentroid() throws {
    let truth = Phantom.main.labelMap()
    var squares = 0.0
    for number in 0..<20 {
      let drawn = try drawing(truth, number: number) { $0.shift = 2 }
      let (a, b) = (centroid(of: truth), centroid(of: drawn))
      let move = b - a
      squares += move.dot(move)
      let volume = Double(drawn.labels.count { $0 == 1 })
      #expect(abs(volume / Double(truth.labels.count { $0 == 1 }) - 1) < 0.02)
    }
    // Mean square of three coordinates of standard deviation 2; 60 numbers give it to 18 %.
    #expect(abs((squares / 60).squareRoot() - 2) < 0.5)
  }

  private func centroid(of map: LabelMap) -> Vector3 {
    var (sum, count) = (Vector3(0, 0, 0), 0.0)
    for z in 0..<map.extent.z {
      for y in 0..<map.extent.y {
        for x in 0..<map.extent.x where map[x, y, z] != 0 {
          sum = sum + map.geometry.worldPoint(ofVoxel: Vector3(Double(x), Double(y), Double(z)))
          count += 1
        }
      }
    }
    return sum * (1 / count)
  }

  /// A rotation leaves a ball as it is, and turns a rod by the angle.
  @Test func rotationTurnsARod() throws {
    #expect(
      try drawing(Phantom.main.labelMap()) { $0.rotation = 20 }
        .meanDice(with: Phantom.main.labelMap()) > 0.97)
    let grid = Geometry(extent: Extent(x: 61, y: 61, z: 61))
    var rod = LabelMap(labels: Array(repeating: 0, count: grid.extent.count), geometry: grid)
    for z in 28..<33 { for y in 28..<33 { for x in 5..<56 { rod[x, y, z] = 1 } } }
    let turned = try (0..<5).map { try drawing(rod, number: $0) { $0.rotation = 30 } }
    #expect(turned.map { $0.meanDice(with: rod) }.min() ?? 1 < 0.6)
    for map in turned {
      #expect(abs(Double(map.labels.count { $0 == 1 }) / (51 * 25) - 1) < 0.08)
    }
  }

  @Test func satellitesAreMissedWithTheirProbability() throws {
    var missed = 0
    for number in 0..<100 {
      let drawn = try drawing(number: number) { $0.missedSatellites = 0.3 }
      let voxels = drawn.labels.count { $0 == 1 }
      let (main, all) = (
        Phantom.main.voxels.count { $0 }, Phantom.truth.labels.count { $0 == 1 }
      )
      #expect(voxels == main || voxels == all)
      if voxels == main { missed += 1 }
    }
    // 30 ± 3 standard deviations of 4.6.
    #expect(abs(missed - 30) < 14)
  }

  /// Displacements of a plane border have the wanted spread, and correlation 1/e at the wanted
  /// distance.
  @Test func noiseHasItsSpreadAndCorrelation() throws {
    let grid = Geometry(extent: Extent(x: 100, y: 100, z: 41), spacing: Vector3(1, 1, 0.5))
    var half = LabelMap(labels: Array(repeating: 0, count: grid.extent.count), geometry: grid)
    for z in 0..<21 { for y in 0..<100 { for x in 0..<100 { half[x, y, z] = 1 } } }
    var (mean, square, product, count) = (0.0, 0.0, 0.0, 0.0)
    for number in 0..<8 {
      let drawn = try drawing(half, number: number) { ($0.noise, $0.correlationLength) = (1, 6) }
      func height(_ x: Int, _ y: Int) -> Double {
        0.5 * Double((0..<41).count { drawn[x, y, $0] == 1 } - 21)
      }
      for y in stride(from: 0, to: 100, by: 3) {
        for x in stride(from: 0, to: 94, by: 3) {
          let (a, b) = (height(x, y), height(x + 6, y))
          mean += a
          square += a * a
          product += a * b
          count += 1
        }
      }
    }
    #expect(abs(mean / count) < 0.1)
    #expect(abs((square / count).squareRoot() - 1) < 0.1)
    #expect(abs(product / square - 0.3679) < 0.08)
  }

  @Test(arguments: [0.7, 0.85, 0.95]) func calibratedDiceIsReached(target: Double) throws {
    for truth in [Phantom.truth, Phantom.halves] {
      let panel = try RaterPanel(
        of: truth, raters: 3, style: style { ($0.noise, $0.biasSpread) = (1, 0.5) }, seed: 2,
        case: "x")
      let drawn = try panel.calibrated(toMeanDice: target)
      #expect(abs(drawn.meanDice - target) < 0.01)
      // Counted anew.
      let dice = drawn.drawings.map { map in
        let labels = Set(truth.labels).subtracting([0])
        return labels.reduce(0.0) { sum, label in
          let both = zip(map.labels, truth.labels).count { $0 == label && $1 == label }
          let all = map.labels.count { $0 == label } + truth.labels.count { $0 == label }
          return sum + 2 * Double(both) / Double(all)
        } / Double(labels.count)
      }
      #expect(largestDifference(dice, drawn.dice).value < 1e-12)
    }
  }

  @Test func whatCannotBeDone() throws {
    let empty = LabelMap(
      labels: Array(repeating: 0, count: Phantom.geometry.extent.count),
      geometry: Phantom.geometry)
    #expect(throws: SimulationError.nothingSegmented) { try drawing(empty) { _ in } }
    #expect(throws: SimulationError.invalidAmount("noise", -1, 0...1000)) {
      try drawing { $0.noise = -1 }
    }
    let still = try RaterPanel(
      of: Phantom.truth, raters: 2, style: RaterStyle(), seed: 1, case: "x")
    #expect(throws: SimulationError.nothingToScale) { try still.calibrated(toMeanDice: 0.9) }
    // A single voxel is there or not.
    var voxel = empty
    voxel[5, 5, 5] = 1
    let coarse = try RaterPanel(
      of: voxel, raters: 1, style: style { $0.noise = 1 }, seed: 1, case: "x")
    #expect(throws: SimulationError.self) { try coarse.calibrated(toMeanDice: 0.97) }
  }
}

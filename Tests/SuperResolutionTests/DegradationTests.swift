import Foundation
import RandomNumbers
import SuperResolution
import Testing
import Volumes

@Suite struct DegradationTests {
  private func line(_ values: [Float], _ map: AxisOperator) -> [Float] {
    map(VoxelArray(shape: Shape3(1, 1, values.count), elements: values), along: 2).elements
  }

  /// k-space truncation with a phase ramp, as numpy's Fourier transform gives it.
  @Test(arguments: [18, 19, 12, 9]) func frequenciesEqualNumpy(count: Int) throws {
    let fixture = try Fixture("images")
    let found = line(
      try fixture.numbers("line"), AxisResponse.frequencies(taper: 0).map(37, to: count))
    #expect(relativeError(found, try fixture.numbers("frequencies.\(count)")) < 1e-5)
  }

  @Test func evenLinesEqualNumpy() throws {
    let fixture = try Fixture("images")
    let even = try fixture.numbers("even")
    for (name, response) in [
      ("frequencies", AxisResponse.frequencies(taper: 0)), ("gaussian", .gaussian(width: 1.1)),
      ("mean", .mean),
    ] {
      let found = line(even, response.map(32, to: 16))
      #expect(relativeError(found, try fixture.numbers("\(name).even")) < 1e-5, "\(name)")
    }
  }

  /// The whole transfers nothing but what is there: constants stay, a ramp keeps its place.
  @Test(arguments: [
    AxisResponse.frequencies(taper: 0), .frequencies(taper: 0.2), .gaussian(width: 0.9), .mean,
  ])
  func constantsAndPlacesStay(response: AxisResponse) throws {
    for (length, count) in [(64, 32), (60, 15), (63, 42)] {
      let map = response.map(length, to: count)
      let constant = line(Array(repeating: 3, count: length), map)
      #expect(constant.allSatisfy { abs($0 - 3) < 1e-5 })
      // A bump's centre of mass lies where the formula of the grid says.
      let centre = 0.5 * Double(length) + 0.3
      let bump = (0..<length).map { place -> Float in
        let t = (Double(place) - centre) / 5
        return Float(exp(-t * t / 2))
      }
      let found = line(bump, map)
      let factor = Double(length) / Double(count)
      func centreOfMass(_ values: [Float], _ place: (Int) -> Double) -> Double {
        let total = values.reduce(0.0) { $0 + Double($1) }
        return values.indices.reduce(0.0) { $0 + place($1) * Double(values[$1]) } / total
      }
      let expected = centreOfMass(bump) { Double($0) }
      let coarse = centreOfMass(found) { (Double($0) + 0.5) * factor - 0.5 }
      #expect(abs(coarse - expected) < 0.02 * factor, "\(length) to \(count)")
    }
  }

  @Test func interpolationEqualsScipy() throws {
    let fixture = try Fixture("images")
    let volume = try fixture.array("volume")
    let cubic = volume.interpolated(to: Shape3(18, 20, 33))
    #expect(relativeError(cubic.elements, try fixture.numbers("cubic")) < 2e-6)
    var linear = volume
    for (axis, length) in [18, 20, 33].enumerated() {
      linear = AxisOperator.linear(volume.shape[axis], to: length)(linear, along: axis)
    }
    #expect(relativeError(linear.elements, try fixture.numbers("linear")) < 1e-6)
  }

  @Test(arguments: 0..<3) func transposesAreAdjoint(axis: Int) {
    var generator = SplitMix64(seed: 4)
    let shape = Shape3(9, 8, 10)
    let map = AxisResponse.gaussian(width: 1).map(shape[axis], to: 4)
    var target = shape.lengths
    target[axis] = 4
    let x = VoxelArray(
      shape: shape, elements: (0..<shape.count).map { _ in generator.uniform(-1...1) })
    let y = VoxelArray(
      shape: Shape3(target),
      elements: (0..<Shape3(target).count).map { _ in generator.uniform(-1...1) })
    func dot(_ a: [Float], _ b: [Float]) -> Double {
      zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let forward = dot(map(x, along: axis).elements, y.elements)
    let back = dot(x.elements, map.transposed(y, along: axis).elements)
    #expect(abs(forward - back) < 1e-5)
    #expect(abs(forward) > 1e-3)
  }
}

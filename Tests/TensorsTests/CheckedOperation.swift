import RandomNumbers
import Tensors
import TestSupport
import Testing

/// Runs an operation on random numbers and compares its result, and the gradients of all it depends
/// on, with a slow reference.
struct CheckedOperation {
  var inputs: [TensorShape]
  var parameters: [[Int]] = []
  /// Makes the inputs' numbers of numbers between -1 and 1.
  var transform: (Double) -> Double = { $0 }
  /// Largest error, as a share of the largest number.
  var tolerance = 1e-5

  /// - Parameters:
  ///   - run: The operation.
  ///   - reference: The same in double precision, from the inputs' and the parameters' numbers.
  /// - Throws: What the device refused, or a gradient that is missing.
  func check(
    _ run: ([Tensor], [Parameter]) -> Tensor, _ reference: ([SlowTensor], [[Double]]) -> SlowTensor
  ) throws {
    let device = try Device(precision: .float32)
    let tape = Tape()
    var generator = SplitMix64(seed: 7)
    let numbers = inputs.map { shape in
      (0..<shape.count).map { _ in Float(transform(Double(generator.uniform(-1...1)))) }
    }
    let variables = zip(numbers, inputs).map {
      Variable($0, shape: $1, on: device, recordingOn: tape)
    }
    let weights = parameters.enumerated().map { index, shape in
      let parameter = Parameter(name: "parameter \(index)", shape: shape)
      parameter.values = (0..<parameter.count).map { _ in generator.uniform(-1...1) }
      return parameter
    }
    let y = run(variables.map(\.tensor), weights)
    try device.throwFailure()

    let slowInputs = zip(inputs, numbers).map { SlowTensor($0, $1.map(Double.init)) }
    let slowWeights = weights.map { $0.values.map(Double.init) }
    let expected = reference(slowInputs, slowWeights)
    #expect(y.shape == expected.shape)
    compare(y.values.map(Double.init), expected.values, "the result")

    let seed = (0..<y.shape.count).map { _ in generator.uniform(-1...1) }
    let gradients = y.gradients(from: seed)
    try device.throwFailure()
    func loss(_ x: [SlowTensor], _ w: [[Double]]) -> Double {
      zip(reference(x, w).values, seed).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    for (index, variable) in variables.enumerated() {
      let found = try #require(variable.gradient, "input \(index) has no gradient")
      let places = sample(found.count, &generator)
      let slow = places.map { place in
        centralDifference { h in
          var x = slowInputs
          x[index].values[place] += h
          return loss(x, slowWeights)
        }
      }
      compare(places.map { Double(found[$0]) }, slow, "the gradient of input \(index)", found)
    }
    for (index, parameter) in weights.enumerated() {
      let found = try #require(gradients[parameter], "parameter \(index) has no gradient")
      let places = sample(found.count, &generator)
      let slow = places.map { place in
        centralDifference { h in
          var w = slowWeights
          w[index][place] += h
          return loss(slowInputs, w)
        }
      }
      compare(places.map { Double(found[$0]) }, slow, "the gradient of parameter \(index)", found)
    }
  }

  private func centralDifference(_ loss: (Double) -> Double) -> Double {
    // The spread of the inputs decides how far a step may go; a longer one meets the kinks of leaky
    // ReLUs.
    let h = 1e-6 * abs(transform(1) - transform(-1)) / 2
    return (loss(h) - loss(-h)) / (2 * h)
  }

  /// All places of a few numbers, some of many.
  private func sample(_ count: Int, _ generator: inout SplitMix64) -> [Int] {
    count <= 24
      ? Array(0..<count) : (0..<24).map { _ in Int.random(in: 0..<count, using: &generator) }
  }

  private func compare(
    _ found: [Double], _ expected: [Double], _ what: String, _ all: [Float] = []
  ) {
    let largest = (expected + all.map(Double.init)).reduce(1e-6) { max($0, abs($1)) }
    let worst = largestDifference(found, expected)
    #expect(
      worst.value <= tolerance * largest,
      "\(what) differs by \(worst.value) at \(worst.index), largest number \(largest)")
  }
}

func shape(_ n: Int, _ c: Int, _ z: Int, _ y: Int, _ x: Int) -> TensorShape {
  TensorShape(batch: n, channels: c, size: Size3(z, y, x))
}

/// One of a step's convolution kernels, timed alone.
package struct ConvolutionTiming: Sendable {
  /// What the kernel computes, for a report.
  package let name: String
  /// oneDNN's name of the kernel, or that of our own.
  package let implementation: String
  /// How often it ran.
  package let executions: Int
  /// The shortest of several runs, in seconds.
  package let seconds: Double
  /// Multiplications and additions of one run.
  package let operations: Double
}

extension OneDNNBackend {
  func clearConvolutionCounts() { executions.removeAll() }

  /// Runs every convolution kernel that has run since the counts were cleared again, alone, and
  /// keeps the shortest time of each.
  ///
  /// - Parameters:
  ///   - repetitions: Runs of each kernel.
  ///   - now: A clock, in seconds.
  /// - Returns: The kernels, the most expensive first.
  /// - Throws: What oneDNN refused.
  func timeConvolutions(repetitions: Int, now: () -> Double) throws(TensorError)
    -> [ConvolutionTiming]
  {
    var timings: [ConvolutionTiming] = []
    for (key, count) in executions {
      let source = ones(key.input.count, key.precision)
      let destination = ones(key.output.count, key.precision)
      if let kernel = weightGradientKernel(for: key) {
        let weights = pool.buffer(
          byteCount: 4 * key.input.channels * key.output.channels * key.kernel.count)
        let scratchpad = scratch(kernel.scratchpadBytes)
        var shortest = Double.infinity
        for _ in 0..<max(1, repetitions) {
          let start = now()
          kernel.execute(
            source: source.pointer, destination: destination.pointer, weights: weights.elements(),
            scratchpad: scratchpad)
          shortest = min(shortest, now() - start)
        }
        timings.append(
          ConvolutionTiming(
            name: key.name, implementation: "matrix tiles", executions: count, seconds: shortest,
            operations: key.operations))
        continue
      }
      let primitive = try primitive(for: key)
      // Packed weights may be padded, and the gradient of weights is float32.
      let weights = ones(primitive.weightsBytes / 2, .bfloat16)
      let bias = ones(key.output.channels, .float32)
      var shortest = Double.infinity
      for _ in 0..<max(1, repetitions) {
        let start = now()
        let status = primitive.execute(
          source: source.pointer, weights: weights.pointer,
          bias: key.hasBias ? bias.pointer : nil, destination: destination.pointer,
          scratchpad: scratch(primitive.scratchpadBytes))
        shortest = min(shortest, now() - start)
        if status != 0 {
          throw .operationFailed(operation: "timing \(key.name)", status: Int(status))
        }
      }
      timings.append(
        ConvolutionTiming(
          name: key.name, implementation: primitive.implementation, executions: count,
          seconds: shortest, operations: key.operations))
    }
    return timings.sorted {
      ($0.seconds * Double($0.executions), $0.name) > ($1.seconds * Double($1.executions), $1.name)
    }
  }

  private func ones(_ count: Int, _ precision: Precision) -> Buffer {
    let buffer = pool.buffer(byteCount: count * precision.bytes)
    switch precision {
    case .float32: buffer.elements(of: Float.self).update(repeating: 1, count: count)
    case .bfloat16:
      buffer.elements(of: BFloat16.self).update(repeating: BFloat16(1), count: count)
    }
    return buffer
  }
}

extension ConvolutionKey {
  fileprivate var name: String {
    let pass =
      switch pass {
      case .forward: "forward"
      case .inputGradient: "input gradient"
      case .weightGradient: "weight gradient"
      }
    return "\(pass) \(input) to \(output), kernel \(kernel.lengths), stride \(stride.lengths), "
      + "\(precision)"
  }
}

extension Device {
  /// Forgets which convolution kernels have run, so that ``timeConvolutions(repetitions:now:)``
  /// counts from here.
  package func clearConvolutionCounts() { backend.clearConvolutionCounts() }

  /// The convolution kernels that have run since the counts were cleared, each timed alone.
  ///
  /// The sum of `executions` times `seconds`, divided by the number of steps in between, is the
  /// time that a training step cannot be shorter than with this library of convolutions.
  package func timeConvolutions(repetitions: Int, now: () -> Double) throws(TensorError)
    -> [ConvolutionTiming]
  {
    try backend.timeConvolutions(repetitions: repetitions, now: now)
  }

  /// How often memory was asked of the system for tensors.
  package var allocations: Int { backend.pool.allocations }
}

package import Volumes

/// How far an image is from the truth, voxel by voxel, with the gradient.
package enum PixelLoss {
  /// The mean absolute difference.
  package static func absolute(_ image: [Float], _ truth: [Float]) -> (
    value: Double, gradient: [Float]
  ) {
    let scale = 1 / Float(image.count)
    var sum = 0.0
    var gradient = [Float](repeating: 0, count: image.count)
    for index in image.indices {
      let difference = image[index] - truth[index]
      sum += Double(abs(difference))
      gradient[index] = difference > 0 ? scale : difference < 0 ? -scale : 0
    }
    return (sum / Double(image.count), gradient)
  }

  /// The mean absolute difference of the changes from one voxel to the next, averaged over the axes along which there are some.
  ///
  /// - Parameters:
  ///   - image: Samples one after another, each of the same shape.
  ///   - truth: As many numbers.
  ///   - shape: The shape of a sample.
  /// - Returns: The mean and its gradient with respect to the image.
  /// - Source: Mathieu, Couprie, LeCun, ICLR 2016, arXiv:1511.05440.
  package static func differences(
    _ image: [Float], _ truth: [Float], shape: Shape3
  ) -> (value: Double, gradient: [Float]) {
    let samples = image.count / shape.count
    let steps = [(shape.height * shape.width, 0), (shape.width, 1), (1, 2)].filter {
      shape[$0.1] > 1
    }
    var total = 0.0
    var gradient = [Float](repeating: 0, count: image.count)
    for (step, axis) in steps {
      let pairs = samples * (shape.count / shape[axis]) * (shape[axis] - 1)
      let scale = 1 / Float(pairs * steps.count)
      var sum = 0.0
      for index in 0..<image.count where index / step % shape[axis] != shape[axis] - 1 {
        let next = index + step
        let difference = (image[next] - image[index]) - (truth[next] - truth[index])
        sum += Double(abs(difference))
        let slope = difference > 0 ? scale : difference < 0 ? -scale : 0
        gradient[next] += slope
        gradient[index] -= slope
      }
      total += sum * Double(scale)
    }
    return (total, gradient)
  }
}

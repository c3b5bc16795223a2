/// A cost of an image beside a fixed one.
package protocol ImageSimilarity {
  /// The cost of an image, and its derivatives by the image's voxels.
  ///
  /// - Parameters:
  ///   - image: The image, x fastest.
  ///   - derivatives: As many numbers, to be written.
  /// - Returns: The cost; less is better. The same whatever the number of threads.
  func evaluate(
    _ image: UnsafePointer<Float>, derivatives: UnsafeMutablePointer<Float>
  ) -> Double
}

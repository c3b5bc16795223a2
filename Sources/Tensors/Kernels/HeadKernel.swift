/// The 1 x 1 x 1 convolution from features to the logits of K classes, forward and backward.
///
/// With few classes oneDNN's kernels are slow or missing; here every voxel's features are read
/// once. Logits are float32, channels first, as the loss and the sliding window want them.
struct HeadKernel<Element: ActivationElement> {
  let features: TensorShape
  let classes: Int

  var channels: Int { features.channels }
  var voxels: Int { features.size.count }
  /// Voxels that one call of a parallel loop takes, a multiple of sixteen; the order of sums
  /// follows it.
  var grain: Int { max(64, 16384 / channels / 16 * 16) }
  /// Calls of a parallel loop for one sample.
  var chunks: Int { (voxels + grain - 1) / grain }
}

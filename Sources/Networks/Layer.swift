public import Tensors

/// A part of a network with weights.
public protocol Layer {
  /// The weights, in the order of nnU-Net's state dictionary, each once.
  var parameters: [Parameter] { get }
}

/// A network that maps images to logits at several resolutions.
public protocol SegmentationNetwork: Layer {
  /// Number of levels of deep supervision.
  var levels: Int { get }

  /// The logits of the highest `levels` resolutions, highest first.
  ///
  /// - Parameters:
  ///   - x: Images (N, C, D, H, W); every axis a multiple of the product of the strides.
  ///   - levels: How many levels' heads to compute, from the highest resolution down.
  /// - Returns: (N, K, D_l, H_l, W_l) per level.
  func callAsFunction(_ x: Tensor, levels: Int) -> [Tensor]
}

extension SegmentationNetwork {
  /// The logits of every level, highest resolution first.
  public func callAsFunction(_ x: Tensor) -> [Tensor] { self(x, levels: levels) }

  /// The logits of the highest resolution.
  public func logits(_ x: Tensor) -> Tensor { self(x, levels: 1)[0] }
}

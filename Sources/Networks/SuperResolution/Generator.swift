import RandomNumbers
public import Tensors

/// A network that raises the resolution: residual blocks without normalisation at the low resolution, then
/// a sub-pixel convolution.
///
/// (N, 1, D, H, W) -> (N, 1, D·f0, H·f1, W·f2): what is to be added to the interpolated image.
///
/// At the start the result is zero everywhere, so that training begins at interpolation; the sub-pixel
/// convolution starts with the same kernel for every voxel of a block, so that it makes no checkerboard.
///
/// - Source: Lim et al., CVPR workshops 2017, arXiv:1707.02921; Shi et al., CVPR 2016,
///   arXiv:1609.05158; Aitken et al., 2017, arXiv:1707.02937.
public struct Generator: Layer {
  /// Slope of the leaky ReLUs.
  public static let slope: Float = 0.2

  /// The shape the network was built to.
  public let architecture: UpscalingArchitecture
  let stem: Convolution
  let blocks: [UnnormalisedBlock]
  let fusion: Convolution
  let upsampling: Convolution
  let refinement: Convolution
  let head: Convolution

  /// A network with weights of zero.
  ///
  /// - Parameter architecture: A shape without a ``UpscalingArchitecture/defect``.
  public init(_ architecture: UpscalingArchitecture) {
    if let defect = architecture.defect { preconditionFailure(defect) }
    self.architecture = architecture
    let (coarse, fine) = (architecture.features, architecture.fineFeatures)
    stem = Convolution.cubic("stem", (1, coarse))
    blocks = (0..<architecture.blocks).map { UnnormalisedBlock("blocks.\($0)", channels: coarse) }
    fusion = Convolution.cubic("fusion", (coarse, coarse))
    upsampling = Convolution(
      "upsampling", channels: (coarse, fine), kernel: architecture.factors,
      stride: architecture.factors, options: (true, .up))
    refinement = Convolution.cubic("refinement", (fine, fine))
    head = Convolution("head", channels: (fine, 1), kernel: [1, 1, 1], stride: [1, 1, 1])
  }

  /// The weights, from the input to the output.
  public var parameters: [Parameter] {
    stem.parameters + blocks.flatMap(\.parameters) + fusion.parameters + upsampling.parameters
      + refinement.parameters + head.parameters
  }

  /// What is to be added to the interpolated image, float32.
  ///
  /// - Parameter x: Images of the low resolution, (N, 1, D, H, W).
  /// - Returns: (N, 1, D·f0, H·f1, W·f2).
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let shallow = stem(x)
    let deep = fusion(blocks.reduce(shallow) { $1($0) }) + shallow
    let fine = upsampling(deep).leakyReLU(slope: Self.slope)
    guard let bias = head.bias else { preconditionFailure("the head has a bias") }
    return refinement(fine).leakyReLU(slope: Self.slope).logits(weight: head.weight, bias: bias)
  }

  /// Gives the network its random start.
  ///
  /// Kernels are normal with variance 2 / (1 + 0.2²) / fan-in, the second ones of the residual blocks a
  /// tenth of that deviation; biases and the head are 0. Each parameter has its own stream of random
  /// numbers.
  ///
  /// - Parameter seed: The same seed gives the same weights, bit for bit.
  /// - Source: He et al., ICCV 2015, doi:10.1109/ICCV.2015.123; Wang et al., 2018, arXiv:1809.00219.
  public func initialise(seed: UInt64) {
    for (index, parameter) in parameters.enumerated() {
      var generator = SplitMix64(seed: seed, stream: index)
      if parameter.shape.count == 1 || parameter === head.weight {
        parameter.values = Array(repeating: 0, count: parameter.count)
      } else if parameter === upsampling.weight {
        // (in, out, taps): all taps alike.
        let taps = architecture.factors.reduce(1, *)
        var kernels = [Float](repeating: 0, count: parameter.count / taps)
        kernels.withUnsafeMutableBufferPointer {
          generator.fillNormal(
            $0, standardDeviation: heDeviation(fanIn: parameter.shape[0], slope: Self.slope))
        }
        parameter.values = kernels.flatMap { Array(repeating: $0, count: taps) }
      } else {
        let fanIn = parameter.shape.dropFirst().reduce(1, *)
        let scale: Float = parameter.name.hasSuffix("second.weight") ? 0.1 : 1
        let deviation = scale * heDeviation(fanIn: fanIn, slope: Self.slope)
        parameter.update { generator.fillNormal($0, standardDeviation: deviation) }
      }
    }
  }
}

/// Two convolutions around a shortcut, without normalisation, which would lose the range of intensities.
///
/// (N, C, D, H, W) -> the same.
///
/// - Source: Lim et al., CVPR workshops 2017, arXiv:1707.02921.
struct UnnormalisedBlock: Layer {
  let first: Convolution
  let second: Convolution

  init(_ name: String, channels: Int) {
    first = Convolution.cubic("\(name).first", (channels, channels))
    second = Convolution.cubic("\(name).second", (channels, channels))
  }

  var parameters: [Parameter] { first.parameters + second.parameters }

  func callAsFunction(_ x: Tensor) -> Tensor {
    x + second(first(x).leakyReLU(slope: Generator.slope))
  }
}

extension Convolution {
  /// A convolution of 3 x 3 x 3 voxels with a bias.
  static func cubic(_ name: String, _ channels: (Int, Int), stride: [Int] = [1, 1, 1])
    -> Convolution
  {
    Convolution(name, channels: channels, kernel: [3, 3, 3], stride: stride)
  }
}

/// The standard deviation of weights that keeps that of activations before a leaky ReLU.
func heDeviation(fanIn: Int, slope: Float) -> Float {
  (2 / (1 + slope * slope) / Float(fanIn)).squareRoot()
}

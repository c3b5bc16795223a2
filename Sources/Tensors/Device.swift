internal import Synchronization

/// What computes: the processor through oneDNN.
///
/// Networks, training and inference know no more of it than this.
///
/// A device and the tensors on it are used by one task at a time.
public final class Device {
  let backend: any Backend
  /// The number format of activations.
  public let precision: Precision

  /// The processor.
  ///
  /// - Parameter precision: The number format of activations; nil takes bfloat16 where the
  ///   processor has instructions for it.
  /// - Throws: ``TensorError/backendUnavailable(_:)`` if oneDNN finds no usable processor.
  public init(precision: Precision? = nil) throws(TensorError) {
    self.precision = precision ?? .automatic
    backend = try OneDNNBackend()
  }

  /// Throws the first failure of an operation since the device was made.
  ///
  /// Operations return tensors, so that networks read as their papers do; whoever runs a network
  /// asks afterwards whether it worked.
  public func throwFailure() throws(TensorError) {
    if let failure = backend.failure { throw failure }
  }

  /// Tensors of at most this many voxels a sample are float32 even where the device's
  /// precision is bfloat16.
  ///
  /// Normalising over few voxels amplifies what rounding does to their gradients. It costs next to
  /// nothing where bfloat16 is twice as fast as float32, and 6 % of a step (45 ms of 0.75 s) on a
  /// processor with AMX, where it is eight times as fast.
  static let fineVoxels = 1024

  /// The number format of activations of a shape.
  func precision(for shape: TensorShape) -> Precision {
    shape.size.count <= Self.fineVoxels ? .float32 : precision
  }

  /// Largest number of bytes of tensors alive at one time.
  public var peakTensorBytes: Int { backend.pool.peakBytes }

  /// Gives memory kept for the next step back to the system.
  public func trimMemory() { backend.pool.trim() }
}

/// An operation that could not be carried out.
public enum TensorError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The library that computes could not be started.
  case backendUnavailable(String)
  /// The library refused an operation.
  case operationFailed(operation: String, status: Int)

  /// What failed, on one line.
  public var description: String {
    switch self {
    case .backendUnavailable(let reason): "oneDNN could not be started: \(reason)"
    case .operationFailed(let operation, let status):
      "oneDNN refused \(operation) with status \(status): "
        + (status == 1 ? "out of memory" : "this shape or precision is not supported")
    }
  }
}

/// A tensor of weights that training changes: float32 numbers in PyTorch's layout, under nnU-Net's
/// name.
///
/// It has an identity: the layers of a network refer to it, and optimisers change it in place.
public final class Parameter {
  /// The name in nnU-Net's state dictionary.
  public let name: String
  /// The lengths of its axes, as PyTorch has them: (out, in, kernel...) for a convolution.
  public let shape: [Int]
  /// Whether the parameter stays as it is: convolutions compute no gradient of it, nor of the bias beside it.
  public var isFrozen = false
  /// The numbers, last axis fastest.
  let storage: UnsafeMutableBufferPointer<Float>
  /// Grows with every change, so that forms made from the numbers are known to be stale.
  private(set) var version = 0
  /// Forms of the numbers that the backend has made, by its own keys.
  var derived: [AnyHashable: DerivedWeights] = [:]

  /// A parameter of zeros.
  public init(name: String, shape: [Int]) {
    self.name = name
    self.shape = shape
    storage = .allocate(capacity: max(1, shape.reduce(1, *)))
    storage.initialize(repeating: 0)
  }

  deinit { storage.deallocate() }

  /// Number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// The numbers, last axis fastest; the count must not change.
  public var values: [Float] {
    get { Array(UnsafeBufferPointer(rebasing: storage[..<count])) }
    set {
      precondition(newValue.count == count, "\(newValue.count) values for \(name) of \(shape)")
      update { target in for index in newValue.indices { target[index] = newValue[index] } }
    }
  }

  /// Calls `body` with the numbers, without copying them.
  public func withValues<Result>(_ body: (UnsafeBufferPointer<Float>) -> Result) -> Result {
    body(UnsafeBufferPointer(rebasing: storage[..<count]))
  }

  /// Changes the numbers in place.
  public func update(_ body: (UnsafeMutableBufferPointer<Float>) -> Void) {
    version += 1
    body(UnsafeMutableBufferPointer(rebasing: storage[..<count]))
  }
}

/// A form of a parameter's numbers that a backend keeps beside them, for example in a blocked
/// layout.
struct DerivedWeights {
  let version: Int
  let buffer: Buffer
}

/// A tensor of shape (N, C, D, H, W) on a device, with its place in the record of a forward pass if
/// gradients are wanted.
///
/// Elements are not reached one by one: a tensor is made from numbers, passed through operations,
/// and read back as numbers.
public struct Tensor {
  /// The order of a tensor's elements in memory.
  enum Layout: Sendable, Hashable {
    /// (N, D, H, W, C): activations.
    case channelsLast
    /// (N, C, D, H, W): logits.
    case channelsFirst
  }

  /// The shape (N, C, D, H, W).
  public let shape: TensorShape
  /// The number format of the elements.
  public let precision: Precision
  let layout: Layout
  let buffer: Buffer
  /// The device that computes with the tensor.
  public let device: Device
  /// The record this tensor belongs to; nil where no gradients are wanted.
  let tape: Tape?
  /// The tensor's place in the record; nil where nothing before it needs a gradient, as for the
  /// images of a batch.
  let slot: Int?

  init(
    _ shape: TensorShape, _ precision: Precision, layout: Layout = .channelsLast, on device: Device,
    buffer: Buffer? = nil, place: (tape: Tape?, slot: Int?) = (nil, nil)
  ) {
    self.shape = shape
    self.precision = precision
    self.layout = layout
    self.device = device
    self.buffer =
      buffer ?? device.backend.pool.buffer(byteCount: shape.count * precision.bytes)
    tape = place.tape
    slot = place.slot
  }

  /// The same elements at a place in the record.
  func recorded(on tape: Tape?, slot: Int?) -> Tensor {
    Tensor(shape, precision, layout: layout, on: device, buffer: buffer, place: (tape, slot))
  }

  /// A tensor from numbers in the order (N, C, D, H, W), rounded to the device's precision.
  ///
  /// - Parameters:
  ///   - values: N·C·D·H·W numbers.
  ///   - shape: The shape.
  ///   - device: The device that will compute with it.
  ///   - tape: The record of the forward pass, if gradients of parameters are wanted.
  public init(
    _ values: UnsafeBufferPointer<Float>, shape: TensorShape, on device: Device,
    recordingOn tape: Tape? = nil
  ) {
    precondition(values.count == shape.count, "\(values.count) values do not fill \(shape)")
    self.init(shape, device.precision, on: device, place: (tape, nil))
    device.backend.fill(self, from: values)
  }

  /// A tensor from numbers in the order (N, C, D, H, W).
  public init(
    _ values: [Float], shape: TensorShape, on device: Device, recordingOn tape: Tape? = nil
  ) {
    self = values.withUnsafeBufferPointer {
      Tensor($0, shape: shape, on: device, recordingOn: tape)
    }
  }

  /// The elements in the order (N, C, D, H, W).
  public var values: [Float] { device.backend.values(of: self) }

  /// Calls `body` with the elements of a tensor of logits in the order (N, C, D, H, W), without
  /// copying them.
  public func withLogits<Result>(_ body: (UnsafeBufferPointer<Float>) -> Result) -> Result {
    precondition(layout == .channelsFirst && precision == .float32, "\(shape) holds no logits")
    let pointer = buffer.elements(of: Float.self)
    return withExtendedLifetime(buffer) {
      body(UnsafeBufferPointer(start: pointer, count: shape.count))
    }
  }
}

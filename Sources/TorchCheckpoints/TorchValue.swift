public import JSONDocuments

/// An object to be written to a checkpoint.
public indirect enum TorchValue: Sendable {
  /// Python's `None`.
  case none
  /// Python's `True` or `False`.
  case bool(Bool)
  /// A whole number.
  case integer(Int)
  /// A number with a fraction.
  case number(Double)
  /// A text.
  case string(String)
  /// A tuple.
  case tuple([TorchValue])
  /// A list.
  case list([TorchValue])
  /// A dictionary; its keys are texts or whole numbers.
  case dictionary([(key: TorchValue, value: TorchValue)])
  /// An ordered dictionary, as modules give their weights.
  case orderedDictionary([(key: String, value: TorchValue)])
  /// A tensor of float32.
  case tensor(TorchStorage)
  /// A device, such as `cpu`.
  case device(String)

  /// A dictionary with texts for keys.
  public static func dictionary(_ items: [(String, TorchValue)]) -> TorchValue {
    .dictionary(items.map { (key: .string($0.0), value: $0.1) })
  }

  /// A document as Python's `json` module would load it.
  public init(_ document: JSONValue) {
    switch document {
    case .null: self = .none
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .number(value)
    case .string(let value): self = .string(value)
    case .array(let values): self = .list(values.map(TorchValue.init))
    case .object(let object):
      self = .dictionary(object.members.map { ($0.name, TorchValue($0.value)) })
    }
  }
}

/// Numbers of a tensor to be written; several names may stand for one.
public final class TorchStorage: Sendable {
  /// Lengths of the axes.
  public let shape: [Int]
  /// The numbers, last axis fastest.
  public let floats: [Float]

  /// A tensor of float32.
  ///
  /// - Parameters:
  ///   - shape: Lengths of the axes.
  ///   - floats: The numbers, last axis fastest; as many as the shape has.
  public init(shape: [Int], floats: [Float]) {
    precondition(shape.reduce(1, *) == floats.count, "\(floats.count) numbers for shape \(shape)")
    self.shape = shape
    self.floats = floats
  }
}

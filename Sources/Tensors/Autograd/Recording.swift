extension Tensor {
  /// The same elements outside any record: operations on it leave no trace for a backward pass.
  public var unrecorded: Tensor { recorded(on: nil, slot: nil) }

  /// The same elements as data of another tensor's record: operations on it are recorded, and it has
  /// no gradient itself.
  public func recordedAsData(with other: Tensor) -> Tensor { recorded(on: other.tape, slot: nil) }
}

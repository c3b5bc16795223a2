public import Volumes

/// What a score is computed for: the voxels of one label, or of several together.
///
/// nnU-Net calls the latter a region: the whole tumour is the union of oedema, enhancing and
/// necrotic parts.
public enum Structure: Hashable, Sendable {
  /// The voxels of one label.
  case label(LabelMap.Label)
  /// The voxels of any of these labels, in the order of the dataset's description.
  case region([LabelMap.Label])

  /// The labels that belong to the structure.
  public var labels: [LabelMap.Label] {
    switch self {
    case .label(let label): [label]
    case .region(let labels): labels
    }
  }

  /// The structure's name in a `summary.json`: `1`, `(1, 2)` or `(1,)`, as Python prints a number
  /// or a tuple.
  public var key: String {
    switch self {
    case .label(let label): String(label)
    case .region(let labels):
      "(" + labels.map { String($0) }.joined(separator: ", ") + (labels.count == 1 ? ",)" : ")")
    }
  }

  /// The structure with the given name in a `summary.json`, or nil if it is none.
  public init?(key: String) {
    if let label = LabelMap.Label(key) {
      self = .label(label)
      return
    }
    guard key.hasPrefix("("), key.hasSuffix(")") else { return nil }
    var labels: [LabelMap.Label] = []
    for part in key.dropFirst().dropLast().split(separator: ",") {
      guard let label = LabelMap.Label(part.drop { $0 == " " }) else { return nil }
      labels.append(label)
    }
    guard !labels.isEmpty else { return nil }
    self = .region(labels)
  }
}

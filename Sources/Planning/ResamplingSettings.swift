import JSONDocuments

/// How one kind of array is brought to a configuration's spacing.
public struct ResamplingSettings: Sendable, Equatable {
  /// Whether the coarse axis is resampled apart from the two others.
  public enum SeparateAxis: Sendable, Equatable {
    /// If the spacings differ by more than a factor of three.
    case automatic
    /// Always; the coarse axis is the source's.
    case always
    /// Never.
    case never
  }

  /// Whether the array holds labels, which are interpolated one by one.
  public var isLabels: Bool
  /// Order of the spline, 0 to 5.
  public var order: Int
  /// Order along the coarse axis where it is resampled apart.
  public var coarseOrder: Int
  /// Whether the coarse axis is resampled apart.
  public var separateAxis: SeparateAxis

  /// Settings from their parts.
  public init(
    isLabels: Bool, order: Int, coarseOrder: Int = 0, separateAxis: SeparateAxis = .automatic
  ) {
    self.isLabels = isLabels
    self.order = order
    self.coarseOrder = coarseOrder
    self.separateAxis = separateAxis
  }

  /// nnU-Net's settings for images: cubic.
  public static let image = ResamplingSettings(isLabels: false, order: 3)
  /// nnU-Net's settings for label maps: linear per label.
  public static let labels = ResamplingSettings(isLabels: true, order: 1)
  /// nnU-Net's settings for the network's output: linear.
  public static let probabilities = ResamplingSettings(isLabels: false, order: 1)

  /// The only function of nnU-Net's these settings are for.
  static let functionName = "resample_data_or_seg_to_shape"

  init(_ parent: FieldReader, function: String, arguments: String) throws(PlanningError) {
    let name = try parent.string(function)
    guard name == Self.functionName else {
      throw .unsupported(
        file: parent.file, field: parent.prefix + function, supported: Self.functionName,
        found: name)
    }
    let fields = try parent.object(arguments)
    isLabels = try fields.bool("is_seg")
    let orders = { (value: JSONValue) in value.int.flatMap { 0...5 ~= $0 ? $0 : nil } }
    order = try fields.value("order", "a whole number from 0 to 5", orders)
    coarseOrder = try fields.optional("order_z", "a whole number from 0 to 5", orders) ?? 0
    separateAxis =
      switch try fields.optional("force_separate_z", "true, false or null", { $0.bool }) {
      case .none: .automatic
      case .some(true): .always
      case .some(false): .never
      }
  }

  var document: JSONValue {
    [
      "is_seg": .bool(isLabels), "order": .integer(order), "order_z": .integer(coarseOrder),
      "force_separate_z": separateAxis == .automatic ? .null : .bool(separateAxis == .always),
    ]
  }
}

public import JSONDocuments
import Presets

/// The numbers by which a planner turns a fingerprint into plans; one JSON file of `Plans/planner`.
///
/// - Source: Isensee et al., Nature Methods 18, 2021, for ``default``; Isensee et al., "nnU-Net
///   Revisited", arXiv:2404.09556, for the residual encoders.
public struct PlannerPreset: Sendable, Equatable {
  /// When the patch is small enough.
  public enum ShrinkTarget: String, Sendable, CaseIterable {
    /// When the smallest batch fits the memory.
    case minimumBatch = "minimum_batch"
    /// When the reference batch fits the memory.
    case referenceBatch = "reference_batch"
  }

  /// The kind of network.
  public enum Network: String, Sendable, CaseIterable {
    /// Stages of convolutions.
    case plain = "PlainConvUNet"
    /// Stages of residual blocks in the encoder.
    case residualEncoder = "ResidualEncoderUNet"

    var kind: Architecture.Kind { self == .plain ? .plain : .residualEncoder }
  }

  /// A figure for 2-D and for 3-D networks.
  public struct PerDimension: Sendable, Equatable {
    /// For 2-D networks.
    public var two: Int
    /// For 3-D networks.
    public var three: Int

    /// Two figures.
    public init(two: Int, three: Int) {
      self.two = two
      self.three = three
    }

    subscript(dimensions: Int) -> Int { dimensions == 2 ? two : three }
  }

  /// Name of the plans, also the beginning of the names of preprocessed data.
  public var plansName: String
  /// Name of nnU-Net's planner, for the plans' record of who made them.
  public var plannerName: String
  /// Plans whose preprocessed 2d and 3d_fullres data these plans share, or nil.
  public var sharedDataName: String?
  /// The kind of network.
  public var network: Network
  /// Memory to plan for, in GB of the graphics card nnU-Net had in mind.
  public var targetMemory: Double
  /// Memory in GB to which the reference costs belong.
  public var referenceMemory: Double
  /// Elements of feature maps (``Architecture/featureMapElements(patch:classes:)``) that fit the
  /// reference memory.
  public var referenceCost: PerDimension
  /// The batch to which the reference costs belong.
  public var referenceBatch: PerDimension
  /// When the patch is small enough.
  public var shrinkTarget: ShrinkTarget
  /// The smallest batch.
  public var minimumBatch: Int
  /// The largest part of the dataset's voxels that one batch may hold.
  public var largestDatasetFraction: Double
  /// Features at full resolution; they double from stage to stage.
  public var firstFeatures: Int
  /// The largest number of features.
  public var mostFeatures: PerDimension
  /// Convolutions or blocks of the encoder's stages; the last entry repeats.
  public var encoderDepths: [Int]
  /// Convolutions of the decoder's stages; the last entry repeats.
  public var decoderDepths: [Int]
  /// Voxels that must remain along an axis of the deepest stage.
  public var shortestEdge: Int
  /// Ratio of spacings and of extents from which an axis counts as coarse.
  public var anisotropyThreshold: Double
  /// Part of the median image that a patch must cover, or else a low resolution is planned too.
  public var lowresThreshold: Double
  /// Factor by which spacings grow in the search for the low resolution.
  public var lowresStep: Double

  /// nnU-Net's default planner.
  public static let `default` = embedded("default")
  /// Residual encoder, medium: as much memory as the default.
  public static let resencM = embedded("resenc-m")
  /// Residual encoder, large: 24 GB.
  public static let resencL = embedded("resenc-l")
  /// Residual encoder, extra large: 40 GB.
  public static let resencXL = embedded("resenc-xl")

  /// Names of the embedded presets.
  public static var names: [String] { Presets.planner.map(\.name) }

  /// The embedded preset of a name.
  ///
  /// - Throws: ``PlanningError/unknownPreset(_:available:)``.
  public init(named name: String) throws(PlanningError) {
    guard let preset = Presets.planner.first(where: { $0.name == name }) else {
      throw .unknownPreset(name, available: Self.names)
    }
    let document: JSONValue
    do throws(JSONSyntaxError) { document = try JSONValue(parsing: preset.json) } catch {
      throw .file(.syntax(path: "preset \(name)", error))
    }
    try self.init(document, from: "preset \(name)")
  }

  /// Reads a preset from a file, such as an edited copy of one of `Plans/planner`.
  ///
  /// - Throws: ``PlanningError`` naming the file and the field.
  public init(contentsOf path: String) throws(PlanningError) {
    try self.init(try FieldReader.document(at: path), from: path)
  }

  /// Interprets a document.
  ///
  /// - Parameters:
  ///   - document: The document.
  ///   - file: Where it came from, for messages.
  /// - Throws: ``PlanningError`` naming the field.
  public init(_ document: JSONValue, from file: String) throws(PlanningError) {
    let fields = try FieldReader(document, file: file)
    plansName = try fields.fileName("plans_name")
    plannerName = try fields.string("planner_name")
    sharedDataName = try fields.optional("shared_data_name", "text or null") { $0.string }
    network = try fields.choice("network", Network.self)
    targetMemory = try fields.number("target_memory_gb", in: PlausibleRange.memory)
    referenceMemory = try fields.number("reference_memory_gb", in: PlausibleRange.memory)
    func pair(
      _ field: String, in range: ClosedRange<Int>
    ) throws(PlanningError) -> PerDimension {
      PerDimension(
        two: try fields.int(field + "_2d", in: range),
        three: try fields.int(field + "_3d", in: range))
    }
    referenceCost = try pair("reference_cost", in: 1...1 << 50)
    referenceBatch = try pair("reference_batch", in: PlausibleRange.batch)
    shrinkTarget = try fields.choice("shrink_until_fits", ShrinkTarget.self)
    minimumBatch = try fields.int("minimum_batch", in: PlausibleRange.batch)
    largestDatasetFraction = try fields.positive("largest_dataset_fraction")
    firstFeatures = try fields.int("first_features", in: PlausibleRange.features)
    mostFeatures = try pair("most_features", in: PlausibleRange.features)
    encoderDepths = try fields.ints("encoder_depths", in: PlausibleRange.depth)
    decoderDepths = try fields.ints("decoder_depths", in: PlausibleRange.depth)
    shortestEdge = try fields.int("shortest_edge", in: 1...65536)
    anisotropyThreshold = try fields.number("anisotropy_threshold", in: 1...1000)
    // A patch never sees more than a whole case: above 1 the search would not end.
    lowresThreshold = try fields.number("lowres_threshold", in: 0...1)
    // With a smaller step the search for the low resolution would not end in reasonable time.
    lowresStep = try fields.number("lowres_step", in: 1.001...2)
  }

  private static func embedded(_ name: String) -> PlannerPreset {
    do throws(PlanningError) { return try PlannerPreset(named: name) } catch {
      preconditionFailure("the embedded preset \(name) is broken: \(error)")
    }
  }
}

public import Datasets
import Inference
import JSONDocuments
public import Planning

/// How a plan is made.
public struct PlanSettings: Sendable, Equatable {
  /// Name of a preset, or path of a `.json` file like those in `Plans/planner`.
  public var preset: String
  /// Memory to plan for in GB; nil takes the preset's.
  public var memory: Double?
  /// Spacing (z, y, x) in mm at full resolution; nil derives it from the cases.
  public var spacing: [Double]?
  /// Name of the plans; nil takes the preset's.
  public var plansName: String?
  /// A model's folder, a `plans.json` or nnU-Net's checkpoint, whose plan is taken over in place of planning; nil plans.
  public var model: String?

  /// nnU-Net's default planner.
  public init(preset: String = "default", memory: Double? = nil) {
    self.preset = preset
    self.memory = memory
  }

  /// Whether the preset is a file.
  private var isFile: Bool { preset.hasSuffix(".json") || preset.contains("/") }

  /// The same settings with the absolute path of the preset's file, for a later command from another folder.
  var withAbsolutePath: PlanSettings {
    var result = self
    if isFile { result.preset = absolute(preset) }
    result.model = model.map(absolute)
    return result
  }

  /// The numbers to plan by.
  ///
  /// - Throws: `PlanningError` if there is no such preset, or a setting makes no sense.
  public func load() throws(PlanningError) -> PlannerPreset {
    var numbers =
      isFile ? try PlannerPreset(contentsOf: preset) : try PlannerPreset(named: preset)
    if let memory {
      guard 1e-6...1e6 ~= memory else {
        throw .wrongField(
          file: "--memory", field: "memory", expected: "from 0.000001 to 1000000 GB",
          found: "\(memory)")
      }
      numbers.targetMemory = memory
    }
    if let plansName { numbers.plansName = plansName }
    return numbers
  }

  /// The plan to take over, or nil if one is to be made.
  func earlierPlan() throws(PlanningError) -> SegmentationPlan? {
    guard let model else { return nil }
    if StoredWeights.isNNUNets(model) {
      do throws(InferenceError) {
        if let plan = try StoredWeights(contentsOf: model).plan() { return plan }
      } catch {
        switch error {
        case .planning(let problem): throw problem
        case .model(_, let problem): throw .file(.unreadable(path: model, reason: problem))
        default: throw .file(.unreadable(path: model, reason: error.description))
        }
      }
      throw .missingField(file: model, field: "init_args.plans")
    }
    return try SegmentationPlan(
      contentsOf: model.hasSuffix(".json") ? model : "\(model)/plans.json")
  }

  /// A plan for a dataset.
  ///
  /// - Parameters:
  ///   - fingerprint: The dataset's fingerprint.
  ///   - description: Its `dataset.json`.
  ///   - name: Its name.
  /// - Returns: The plan, made or taken over.
  /// - Throws: `PlanningError`.
  public func plan(
    for fingerprint: Fingerprint, description: DatasetDescription, name: String
  ) throws(PlanningError) -> SegmentationPlan {
    if let earlier = try earlierPlan() {
      return try earlier.moved(to: description, ofDataset: name, named: plansName)
    }
    return try planner().plan(for: fingerprint, description: description, name: name)
  }

  /// A text by which a change of what a plan is made by is noticed.
  func basis() throws(PlanningError) -> String {
    if let earlier = try earlierPlan() {
      return earlier.document.text(.compact) + (plansName ?? "")
    }
    let planner = try planner()
    return "\(planner.preset)" + (planner.targetSpacing.map { "\($0)" } ?? "")
  }

  /// The planner.
  ///
  /// - Throws: `PlanningError` as ``load()``.
  public func planner() throws(PlanningError) -> Planner {
    if let spacing, spacing.count != 3 || !spacing.allSatisfy({ $0 > 0 && $0.isFinite }) {
      throw .wrongField(
        file: "--spacing", field: "spacing", expected: "three numbers of mm above 0",
        found: "\(spacing)")
    }
    return Planner(preset: try load(), targetSpacing: spacing)
  }
}

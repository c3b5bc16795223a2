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
    return result
  }

  /// The numbers to plan by.
  ///
  /// - Throws: ``PlanningError`` if there is no such preset, or a setting makes no sense.
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

  /// The planner.
  ///
  /// - Throws: ``PlanningError`` as ``load()``.
  public func planner() throws(PlanningError) -> Planner {
    if let spacing, spacing.count != 3 || !spacing.allSatisfy({ $0 > 0 && $0.isFinite }) {
      throw .wrongField(
        file: "--spacing", field: "spacing", expected: "three numbers of mm above 0",
        found: "\(spacing)")
    }
    return Planner(preset: try load(), targetSpacing: spacing)
  }
}

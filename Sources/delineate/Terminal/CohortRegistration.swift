import FileOutput
import Foundation
import JSONDocuments
import Registration
import Resampling
import SpatialTransforms
import TransformFiles
import VolumeFiles
import Volumes

/// What became of one case of a study.
struct CohortEntry {
  var name: String
  /// The figures; empty for a case that failed.
  var figures = JSONObject()
  var error: String?
  /// Whether an earlier run has done it.
  var isOld = false

  var document: JSONValue {
    [
      "case": .string(name), "error": error.map { .string($0) } ?? .null,
      "result": .object(figures),
    ]
  }
}

/// Registers the cases of a study, and leaves alone what is done.
struct CohortRegistration {
  var folder: String
  /// The preset of rows that name none.
  var preset: String
  var drawsReports: Bool
  var interpolation: InterpolationOptions

  /// Registers a case unless that is done; whatever goes wrong is in the entry.
  func entry(for row: RegistrationTable.Row, repeats: Bool, _ console: Console) -> CohortEntry {
    let (record, request) = ("\(folder)/\(row.name).json", request(row))
    if !repeats, let done = try? JSONValue(contentsOf: record), done["request"] == request,
      let figures = done["result"]?.object, outputs(row).allSatisfy(fileExists)
    {
      return CohortEntry(name: row.name, figures: figures, isOld: true)
    }
    do {
      let figures = try register(row, console)
      try writeAtomically(
        JSONValue.object(["request": request, "result": .object(figures)]).text() + "\n",
        to: record)
      return CohortEntry(name: row.name, figures: figures)
    } catch {
      let line = "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
      return CohortEntry(name: row.name, error: line)
    }
  }

  /// A line for every case.
  func summary(of entries: [CohortEntry]) -> String {
    let figures = [
      "cost_before", "cost_after", "overlap", "largest_displacement_mm", "kept_initial",
      "folded_share", "SDlogJ", "mean_inverse_consistency_error_mm", "seconds",
    ]
    let lines = entries.map { entry -> [String] in
      let values = figures.map { name in
        switch entry.figures[name] {
        case .bool(let value)?: value ? "yes" : "no"
        case let value?: value.double.map { "\($0)" } ?? ""
        case nil: ""
        }
      }
      let warnings = entry.figures["warnings"]?.strings ?? []
      return [entry.name, entry.error == nil ? "done" : "failed"] + values
        + [warnings.joined(separator: "; "), entry.error ?? ""]
    }
    return delimited([["case", "status"] + figures + ["warnings", "error"]] + lines)
  }

  private func register(_ row: RegistrationTable.Row, _ console: Console) throws -> JSONObject {
    let method = try RegistrationMethod(preset: row.preset ?? preset)
    if let labels = row.labels { try checkSameGrid(labels: labels, image: row.moving) }
    var initial = AffineMap.identity
    if let path = row.initial {
      guard let map = try TransformChain(contentsOf: path).affine else {
        throw TableProblem(
          path: path, problem: "is not linear, expected a linear initial transform")
      }
      initial = map
    }
    let masks = LinearRegistration.Masks(
      fixed: try row.fixedMask.map { try LabelMap(contentsOf: $0) },
      moving: try row.movingMask.map { try LabelMap(contentsOf: $0) })
    let request = RegistrationRequest(
      settings: method.linear, deformable: method.deformable, fixedPath: row.fixed,
      fixed: try Volume<Float>(contentsOf: row.fixed), masks: masks, initial: initial,
      interpolation: interpolation.interpolation,
      outside: interpolation.outside ?? 0)
    let task = task(row)
    let outcome = try request.run(task, console)
    if let labels = row.labels, let transform = task.transform {
      try LabelMap(contentsOf: labels).resampled(
        onto: request.fixed.geometry, through: TransformChain(contentsOf: transform).map
      ).write(to: labelsPath(row))
    }
    return outcome.document
  }

  private func task(_ row: RegistrationTable.Row) -> RegistrationTask {
    let isDeformable =
      (try? RegistrationMethod(preset: row.preset ?? preset))?.deformable != nil
    return RegistrationTask(
      moving: row.moving, output: "\(folder)/\(row.name).nii.gz",
      transform: "\(folder)/\(row.name)" + (isDeformable ? "_field.nii.gz" : ".tfm"),
      report: drawsReports ? "\(folder)/\(row.name).png" : nil)
  }

  private func labelsPath(_ row: RegistrationTable.Row) -> String {
    "\(folder)/\(row.name)_labels.nii.gz"
  }

  private func outputs(_ row: RegistrationTable.Row) -> [String] {
    let task = task(row)
    return [task.output, task.transform, task.report, row.labels.map { _ in labelsPath(row) }]
      .compactMap { $0 }
  }

  /// All that decides the result: the inputs with their sizes and times, and the settings.
  private func request(_ row: RegistrationTable.Row) -> JSONValue {
    let preset = row.preset ?? preset
    let files = row.inputs + (row.preset == nil && preset.hasSuffix(".json") ? [preset] : [])
    return [
      "files": .array(files.map(stamp)), "preset": .string(preset),
      "labels": row.labels.map { .string($0) } ?? .null,
      "order": .integer(interpolation.interpolation.rawValue),
      "outside": .number(Double(interpolation.outside ?? 0)),
    ]
  }

  private func stamp(_ path: String) -> JSONValue {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    let time = (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970
    return [
      "path": .string(path), "bytes": .integer((attributes?[.size] as? Int) ?? -1),
      "modified": .number((time ?? 0).rounded()),
    ]
  }

  private func fileExists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}

/// What a preset stands for.
struct RegistrationMethod {
  /// How to search for a linear map; without meaning for a deformable preset, which has its own.
  var linear = LinearSettings()
  var deformable: DeformableRequest?

  /// The method of a preset's name, or of a file.
  init(preset: String) throws {
    if let settings = try DeformableSettings(preset: preset) {
      deformable = DeformableRequest(settings: settings)
    } else {
      linear = try LinearSettings(preset: preset)
    }
  }
}

import Datasets
import FileOutput
import JSONDocuments

#if canImport(Glibc)
  import Glibc
#endif

/// What a workspace remembers between commands: its dataset, and from what each step was made.
struct WorkspaceState: Equatable {
  /// A plan's origin.
  struct PlanRecord: Equatable {
    /// The planner's settings.
    var settings: PlanSettings
    /// Digest of what it was planned from.
    var basis: String
    /// Digest of the file as it was written, by which an edited one is known.
    var content: String
  }

  /// Absolute path of the dataset.
  var dataset: String?
  /// Digest of the files that were checked and found good.
  var checked: String?
  /// Digest of the files that the fingerprint was taken of.
  var fingerprint: String?
  /// The plan's origin.
  var plan: PlanRecord?
  /// For each configuration a digest of what its preprocessed cases were made from.
  var preprocessed: [String: String] = [:]
}

extension WorkspaceState {
  /// The state in a file; an empty one if there is none that can be read: a fingerprint and a plan that are there are then taken over.
  init(contentsOf path: String) {
    guard let document = try? JSONValue(contentsOf: path) else { return }
    dataset = document["dataset"]?.string
    checked = document["checked"]?.string
    fingerprint = document["fingerprint"]?.string
    if let record = document["plan"], let preset = record["preset"]?.string,
      let basis = record["basis"]?.string, let content = record["content"]?.string
    {
      var settings = PlanSettings(preset: preset, memory: record["memory"]?.double)
      settings.spacing = record["spacing"]?.doubles
      settings.plansName = record["plans_name"]?.string
      settings.model = record["model"]?.string
      plan = PlanRecord(settings: settings, basis: basis, content: content)
    }
    for (name, value) in document["preprocessed"]?.object?.members ?? [] {
      preprocessed[name] = value.string
    }
  }

  private var document: JSONValue {
    var object = JSONObject()
    object["dataset"] = dataset.map { .string($0) }
    object["checked"] = checked.map { .string($0) }
    object["fingerprint"] = fingerprint.map { .string($0) }
    if let plan {
      var record: JSONObject = [
        "preset": .string(plan.settings.preset), "basis": .string(plan.basis),
        "content": .string(plan.content),
      ]
      record["memory"] = plan.settings.memory.map { .number($0) }
      record["spacing"] = plan.settings.spacing.map { .array($0.map { .number($0) }) }
      record["plans_name"] = plan.settings.plansName.map { .string($0) }
      record["model"] = plan.settings.model.map { .string($0) }
      object["plan"] = .object(record)
    }
    object["preprocessed"] = .object(
      preprocessed.sorted { $0.key < $1.key }
        .reduce(into: JSONObject()) { $0[$1.key] = .string($1.value) })
    return .object(object)
  }

  func write(to path: String) throws(WorkspaceError) {
    do throws(FileOutputError) { try writeAtomically(document.text(), to: path) } catch {
      throw .unwritable(path: path, reason: error.description)
    }
  }
}

extension Workspace {
  /// What is remembered.
  var state: WorkspaceState { WorkspaceState(contentsOf: statePath) }

  /// Changes what is remembered.
  func remember(_ change: (inout WorkspaceState) -> Void) throws(WorkspaceError) {
    try alone { () throws(WorkspaceError) in
      let old = state
      var new = old
      change(&new)
      guard new != old || !exists(statePath) else { return }
      try new.write(to: statePath)
    }
  }
}

extension Dataset {
  /// Digest of the names, sizes and times of change of all its files, by which a change is noticed.
  var filesDigest: String {
    var text = ""
    for entry in cases {
      text += entry.id
      for path in entry.images + (entry.labels.map { [$0] } ?? []) {
        var status = stat()
        let found = stat(path, &status) == 0
        text += " \(path) \(found ? status.st_size : -1)"
        text += " \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
      }
    }
    return contentDigest(of: text)
  }

  /// Digest of its description.
  var descriptionDigest: String { contentDigest(of: description.document.text(.compact)) }
}

/// The absolute path of a file or folder that exists, or the path itself.
func absolute(_ path: String) -> String {
  guard let resolved = realpath(path, nil) else { return path }
  defer { free(resolved) }
  return String(cString: resolved)
}

public import Datasets
import FileOutput
import JSONDocuments
public import Planning

extension Workspace {
  /// Takes the dataset's fingerprint unless it is there and up to date.
  ///
  /// A fingerprint that was put into the folder by hand is taken over.
  public func fingerprint(of dataset: Dataset) throws(WorkspaceError) -> Fingerprint {
    try alone { () throws(WorkspaceError) in try currentFingerprint(of: dataset) }
  }

  private func currentFingerprint(of dataset: Dataset) throws(WorkspaceError) -> Fingerprint {
    try check(dataset)
    let stamp = dataset.filesDigest
    if exists(fingerprintPath) {
      let known = state.fingerprint
      if known == nil || known == stamp {
        do throws(PlanningError) {
          let found = try Fingerprint(contentsOf: fingerprintPath)
          if known == nil { observer.message("using the fingerprint found in \(fingerprintPath)") }
          try remembering(stamp)
          return found
        } catch {
          // A damaged fingerprint is taken again, unless somebody else made it.
          if known == nil { throw .planning(error) }
          observer.message("\(fingerprintPath) cannot be used; it is taken again")
        }
      }
    }
    observer.message("taking the fingerprint of \(dataset.cases.count) cases")
    var settings = Fingerprint.Settings()
    let total = dataset.cases.count
    settings.progress = { [observer] in observer.progress("fingerprint", $0, total) }
    do throws(PlanningError) {
      let fingerprint = try Fingerprint(of: dataset, settings: settings)
      try makeFolderForPlanning()
      try fingerprint.write(to: fingerprintPath)
      try remembering(stamp)
      return fingerprint
    } catch {
      throw .planning(error)
    }
  }

  private func remembering(_ stamp: String) throws(PlanningError) {
    do throws(WorkspaceError) { try remember { $0.fingerprint = stamp } } catch {
      throw .unwritable(path: statePath, reason: error.description)
    }
  }

  private func makeFolderForPlanning() throws(PlanningError) {
    do throws(WorkspaceError) { try makeFolder(folder) } catch {
      throw .unwritable(path: folder, reason: "the folder cannot be made")
    }
  }

  /// Plans for the dataset, or reads the plan that is there.
  ///
  /// A plan that was edited by hand stays until a plan is asked for explicitly, and then keeps the configurations that only it has.
  ///
  /// - Parameters:
  ///   - dataset: The dataset.
  ///   - settings: How to plan; nil plans only if need be, and then as the last time.
  /// - Returns: The plan, as it is in the file.
  /// - Throws: ``WorkspaceError``.
  public func plan(
    for dataset: Dataset, settings: PlanSettings? = nil
  ) throws(WorkspaceError) -> SegmentationPlan {
    try alone { () throws(WorkspaceError) in try currentPlan(for: dataset, settings) }
  }

  private func currentPlan(
    for dataset: Dataset, _ settings: PlanSettings?
  ) throws(WorkspaceError) -> SegmentationPlan {
    let fingerprint = try fingerprint(of: dataset)
    let record = state.plan
    let chosen = (settings ?? record?.settings ?? PlanSettings()).withAbsolutePath
    do throws(PlanningError) {
      let basis = try contentDigest(
        of:
          fingerprint.document.text(.compact) + dataset.descriptionDigest + chosen.basis())
      var older: SegmentationPlan?
      if exists(planPath) {
        let found = try SegmentationPlan(contentsOf: planPath)
        let content = contentDigest(of: found.document.text(.compact))
        let isEdited = content != record?.content
        if settings == nil {
          if record == nil {
            observer.message("using the plan found in \(planPath)")
            try remembering(
              WorkspaceState.PlanRecord(settings: chosen, basis: basis, content: content))
            return found
          }
          if record?.basis == basis { return found }
          if isEdited {
            observer.message(
              "\(planPath) was edited by hand and is kept although the dataset has changed; "
                + "run delineate plan to plan anew")
            return found
          }
        }
        if isEdited, record != nil { older = found }
      }
      observer.message(
        chosen.model.map { "taking over the plan of \($0)" }
          ?? "planning with the preset \(chosen.preset)")
      var plan = try chosen.plan(
        for: fingerprint, description: dataset.description, name: dataset.name)
      if let older { plan = try plan.keepingConfigurations(of: older) }
      try plan.write(to: planPath)
      try remembering(
        WorkspaceState.PlanRecord(
          settings: chosen, basis: basis, content: contentDigest(of: plan.document.text(.compact))))
      return try SegmentationPlan(contentsOf: planPath)
    } catch {
      throw .planning(error)
    }
  }

  private func remembering(_ record: WorkspaceState.PlanRecord) throws(PlanningError) {
    do throws(WorkspaceError) { try remember { $0.plan = record } } catch {
      throw .unwritable(path: statePath, reason: error.description)
    }
  }
}

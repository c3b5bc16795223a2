import JSONDocuments

/// The first part of a check: description and file names, without opening an image.
struct DatasetSurvey {
  var problems: [DatasetCheck.Problem] = []
  var cases: [Case] = []
  private(set) var expectations = CaseExpectations()
  /// The file to blame for what concerns the dataset as a whole.
  private(set) var source: String

  init(path: String, variables: [String: String]) {
    source = path
    if FileName.ending(of: path).lowercased() == ".csv" {
      surveyTable(path)
    } else {
      surveyFolder(path, variables: variables)
    }
    checkNames()
    if let labels = expectations.labels { checkConsecutive(labels) }
  }

  mutating func note(
    _ path: String, _ what: String, _ severity: DatasetCheck.Problem.Severity = .error
  ) {
    problems.append(.init(file: path, what: what, severity: severity))
  }

  private mutating func surveyTable(_ path: String) {
    do throws(DatasetError) {
      let table = try CaseTable(text: try CaseTable.text(of: path), path: path)
      cases = table.cases
      problems += table.problems.map { .init($0.description, file: path) }
      expectations.channelNames = table.channelNames
      let beside = FileName.join(FileName.folder(of: path), "dataset.json")
      let description = try table.description(besides: beside, table: path)
      expectations.channelNames = description.channelNames
      expectations.labels = description.labels
      if Folder.exists(beside) { source = beside }
      if cases.isEmpty, table.problems.isEmpty { note(path, "no case after the header") }
    } catch {
      problems.append(.init(error.description, file: path))
    }
  }

  private mutating func surveyFolder(_ path: String, variables: [String: String]) {
    source = FileName.join(path, "dataset.json")
    var written = JSONValue.object([:])
    if !Folder.isFolder(path) {
      note(path, "neither a folder with a dataset.json nor a CSV table")
      return
    } else if !Folder.exists(source) {
      note(source, "missing file")
    } else {
      do throws(JSONFileError) {
        written = try JSONValue(contentsOf: source)
        let found = DatasetDescription.problems(in: written, from: source)
        for problem in found { problems.append(.init(problem.description, file: source)) }
        if let description = try? DatasetDescription(written, from: source) {
          expectations.channelNames = description.channelNames
          expectations.labels = description.labels
        }
      } catch {
        problems.append(.init(error.description, file: source))
      }
    }
    let layout = DatasetLayout(folder: path, written: written, variables: variables)
    let document = layout.document
    do throws(DatasetError) { cases = try layout.cases() } catch {
      note(path, error.description)
      return
    }
    if document["dataset"] == nil {
      checkNames(in: layout)
      checkChannels(in: layout)
    }
    if cases.isEmpty { note(path, "no training case found; expected \(layout.expectation)") }
    if let announced = document["numTraining"]?.int, announced != cases.count {
      note(source, "\"numTraining\" says \(announced) cases, found \(cases.count)")
    }
  }

  /// Files of the folders that belong to no case.
  private mutating func checkNames(in layout: DatasetLayout) {
    let known = Set(cases.flatMap(\.images))
    for name in (try? Folder.names(in: layout.imageFolder)) ?? [] {
      let path = FileName.join(layout.imageFolder, name)
      if !known.contains(path), !isSidecar(name, of: layout) {
        note(
          path, "not the image of any case; expected a name such as CASE_0000\(layout.ending)",
          .warning)
      }
    }
    let labels = Set(cases.compactMap(\.labels))
    if !Folder.isFolder(layout.labelFolder) { note(layout.labelFolder, "missing folder") }
    for name in (try? Folder.names(in: layout.labelFolder)) ?? [] {
      let path = FileName.join(layout.labelFolder, name)
      if !labels.contains(path), !isSidecar(name, of: layout) {
        note(path, "labels without an image of the same case", .warning)
      }
    }
  }

  /// Whether a file holds the spacing of a TIFF stack.
  private func isSidecar(_ name: String, of layout: DatasetLayout) -> Bool {
    layout.ending.lowercased().hasPrefix(".tif") && name.lowercased().hasSuffix(".json")
  }

  /// Cases of one name or without a usable one, files used twice.
  private mutating func checkNames() {
    for problem in Case.nameProblems(of: cases) { note(source, problem) }
    var owners: [String: String] = [:]
    for entry in cases {
      for path in entry.images + (entry.labels.map { [$0] } ?? []) {
        if let owner = owners[path] {
          note(
            path,
            owner == entry.id
              ? "used more than once by case \(entry.id)"
              : "used by the cases \(owner) and \(entry.id)")
        }
        owners[path] = entry.id
      }
    }
  }

  /// Channels that are missing by name; names in a table or a list may end in any number.
  private mutating func checkChannels(in layout: DatasetLayout) {
    for entry in cases where layout.decathlonList == nil || entry.images.count > 1 {
      let ending = entry.images.first.map(FileName.ending(of:)) ?? ""
      let channels = entry.images.compactMap {
        FileName.caseAndChannel(FileName.last(of: $0), ending: ending)?.channel
      }
      if let last = channels.max(), channels.count == entry.images.count {
        let missing = (0...last).filter { !channels.contains($0) }
        if !missing.isEmpty {
          let names = missing.prefix(5).map { FileName.channelSuffix($0) + ending }
          note(
            entry.images[0],
            "case \(entry.id) has no \(names.joined(separator: ", "))"
              + (missing.count > 5 ? " and \(missing.count - 5) more" : "")
              + " before its last channel; add what is missing, or, if four digits are part of the "
              + "case's name, put the channel's number behind them, as in CASE_1234_0000\(ending)")
        }
      }
    }
  }

  private mutating func checkConsecutive(_ labels: LabelSet) {
    if labels.foregroundLabels.isEmpty {
      note(source, "no label but background; name at least one structure to learn")
    }
    let values = labels.permittedValues
    if values != Array(0..<values.count) {
      note(
        source,
        "labels are not consecutive: "
          + values.map(String.init).joined(separator: ", ")
          + "; training numbers them 0 ... \(values.count - 1), masks get these values back",
        .note)
    }
  }
}

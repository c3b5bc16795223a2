import JSONDocuments

/// Where the files of a folder's cases are.
struct DatasetLayout {
  let folder: String
  /// The `dataset.json` in nnU-Net v2's form.
  let document: JSONValue
  /// The Decathlon's own list of training files, if it is not empty.
  let decathlonList: [JSONValue]?
  let ending: String
  let variables: [String: String]

  /// - Parameters:
  ///   - folder: The dataset's folder.
  ///   - written: The `dataset.json` as it was found, in either form.
  ///   - variables: Values of the `$NAME`s in paths under the key `dataset`.
  init(folder: String, written: JSONValue, variables: [String: String]) {
    self.folder = folder
    self.variables = variables
    document = DescriptionReading.modernised(written)
    ending = document["file_ending"]?.string ?? ".nii.gz"
    let list = written["training"]?.array ?? []
    decathlonList = DescriptionReading.isDecathlon(written) && !list.isEmpty ? list : nil
  }

  var imageFolder: String { FileName.join(folder, "imagesTr") }
  var labelFolder: String { FileName.join(folder, "labelsTr") }

  /// What must be there for a case to be found.
  var expectation: String {
    if document["dataset"] != nil { return "entries under the key \"dataset\"" }
    if decathlonList != nil { return "files under the key \"training\"" }
    return "imagesTr/CASE_0000\(ending) and labelsTr/CASE\(ending)"
  }

  func cases() throws(DatasetError) -> [Case] {
    if let listed = document["dataset"] { return try listedCases(listed) }
    if let decathlonList { return try decathlonCases(decathlonList) }
    let images = try Case.images(in: imageFolder, fileEnding: ending)
    if !images.isEmpty { return images.map { labelled($0) } }
    // The Decathlon keeps all channels in one 4-D file without a channel number.
    return try Folder.names(in: imageFolder).filter { $0.hasSuffix(ending) }
      .map { name in
        labelled(
          Case(
            id: String(name.dropLast(ending.count)), images: [FileName.join(imageFolder, name)]))
      }
  }

  /// The cases of the Decathlon's list, sorted by name.
  ///
  /// The list tells a case `x_0001` from channel 1 of a case `x`. nnU-Net v1 wrote such lists too,
  /// with the name of a case where its files have channel numbers: they are meant where the file
  /// itself does not exist.
  private func decathlonCases(_ list: [JSONValue]) throws(DatasetError) -> [Case] {
    let channels = try Case.images(in: imageFolder, fileEnding: ending)
    let channelFiles = Dictionary(
      channels.map { ($0.id, $0.images) }, uniquingKeysWith: { first, _ in first })
    var cases: [Case] = []
    for (index, entry) in list.enumerated() {
      guard let image = entry["image"]?.string, let labels = entry["label"]?.string,
        image.hasSuffix(ending)
      else {
        throw .wrongField(
          path: FileName.join(folder, "dataset.json"), field: "training[\(index)]",
          expected: "{\"image\": \"./imagesTr/CASE\(ending)\", \"label\": file}",
          found: DescriptionReading.excerpt(entry))
      }
      let path = FileName.join(folder, image)
      let id = String(FileName.last(of: image).dropLast(ending.count))
      let files = Folder.exists(path) ? [path] : channelFiles[id] ?? [path]
      cases.append(Case(id: id, images: files, labels: FileName.join(folder, labels)))
    }
    return cases.sorted { FileName.precedes($0.id, $1.id) }
  }

  /// The case with the path its label file must have, whether it is there or not.
  private func labelled(_ images: Case) -> Case {
    Case(
      id: images.id, images: images.images,
      labels: FileName.join(labelFolder, images.id + ending))
  }

  private func listedCases(_ listed: JSONValue) throws(DatasetError) -> [Case] {
    let path = FileName.join(folder, "dataset.json")
    guard let members = listed.object?.members else {
      throw .wrongField(
        path: path, field: "dataset", expected: "an object of cases",
        found: DescriptionReading.excerpt(listed))
    }
    var cases: [Case] = []
    for (id, entry) in members {
      guard let images = entry["images"]?.strings, !images.isEmpty,
        let labels = entry["label"]?.string
      else {
        throw .wrongField(
          path: path, field: "dataset.\(id)",
          expected: "{\"images\": [files], \"label\": file}",
          found: DescriptionReading.excerpt(entry))
      }
      cases.append(
        Case(
          id: id, images: images.map { FileName.join(folder, expanded($0)) },
          labels: FileName.join(folder, expanded(labels))))
    }
    return cases
  }

  /// A path with `$NAME` and `${NAME}` replaced; unknown names stay as they are.
  func expanded(_ path: String) -> String {
    var result = ""
    var rest = path[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      let braced = rest.first == "{"
      let body = braced ? rest.dropFirst() : rest
      let name = body.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
      let after = body[name.endIndex...]
      guard !name.isEmpty, !braced || after.first == "}", let value = variables[String(name)]
      else {
        result += "$"
        continue
      }
      result += value
      rest = braced ? after.dropFirst() : after
    }
    return result + rest
  }
}

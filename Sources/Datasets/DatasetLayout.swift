import JSONDocuments

/// Where the files of a folder's cases are.
struct DatasetLayout {
  let folder: String
  /// The `dataset.json` in nnU-Net v2's form.
  let document: JSONValue
  let ending: String
  let variables: [String: String]

  var imageFolder: String { FileName.join(folder, "imagesTr") }
  var labelFolder: String { FileName.join(folder, "labelsTr") }

  /// What must be there for a case to be found.
  var expectation: String {
    if document["dataset"] != nil { return "entries under the key \"dataset\"" }
    return "imagesTr/CASE_0000\(ending) and labelsTr/CASE\(ending)"
  }

  func cases() throws(DatasetError) -> [Case] {
    if let listed = document["dataset"] { return try listedCases(listed) }
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

extension DatasetLayout {
  /// The cases of `imagesTs`, with the label file of those that have one in `labelsTs`; none if
  /// there is no such folder.
  ///
  /// - Parameter training: The cases of `imagesTr`: where their names carry no number of a channel,
  ///   as the Decathlon's, these do not either.
  /// - Returns: The cases, sorted by name.
  /// - Throws: ``DatasetError/unreadable(path:reason:)`` if the folder cannot be listed.
  func testCases(like training: [Case]) throws(DatasetError) -> [Case] {
    let (images, labels) = (FileName.join(folder, "imagesTs"), FileName.join(folder, "labelsTs"))
    guard Folder.isFolder(images) else { return [] }
    let isNumbered = training.contains { entry in
      entry.images.contains { FileName.last(of: $0) != entry.id + ending }
    }
    let cases =
      isNumbered
      ? try Case.images(in: images, fileEnding: ending)
      : try Folder.names(in: images).filter { $0.hasSuffix(ending) && !$0.hasPrefix("_") }
        .map { Case(id: String($0.dropLast(ending.count)), images: [FileName.join(images, $0)]) }
    return cases.map { entry in
      let path = FileName.join(labels, entry.id + ending)
      return Case(
        id: entry.id, images: entry.images, labels: Folder.exists(path) ? path : nil)
    }
  }
}

#if canImport(Glibc)
  import Glibc
#endif

extension DICOMSeries {
  /// The series in a folder, by identifier; folders within are not searched.
  ///
  /// Files that do not begin as DICOM files do (128 bytes and DICM) and DICOM files without an image
  /// are passed over.
  ///
  /// - Parameter folder: A folder.
  /// - Returns: The series, by identifier.
  /// - Throws: ``DICOMError`` if it holds no image, or a DICOM file is damaged: leaving it out would
  ///   leave a hole.
  public static func series(inFolder folder: String) throws(DICOMError) -> [DICOMSeries] {
    guard let names = namesOfFiles(in: folder) else {
      throw .noImages(folder: folder, problem: "cannot be read as a folder")
    }
    var groups: [String: [Slice]] = [:]
    for path in names.map({ "\(folder)/\($0)" }) where try beginsAsDICOM(path) {
      if let slice = try Slice(path: path) { groups[slice.seriesUID, default: []].append(slice) }
    }
    guard !groups.isEmpty else {
      throw .noImages(folder: folder, problem: "no DICOM image among \(names.count) files")
    }
    return groups.sorted { $0.key < $1.key }.flatMap { uid, slices in
      let volumes = separated(slices)
      return volumes.enumerated().map { index, slices in
        DICOMSeries(identifier: volumes.count == 1 ? uid : "\(uid)#\(index + 1)", slices: slices)
      }
    }
  }

  /// The volumes of a series: one, unless slices share their place and a number tells them apart.
  private static func separated(_ slices: [Slice]) -> [[Slice]] {
    guard hasRepeatedPlaces(slices) else { return [slices] }
    let choices =
      slices[0].distinctions.indices.map { [$0] } + [Array(slices[0].distinctions.indices)]
    for choice in choices {
      let groups = Dictionary(grouping: slices) { slice in choice.map { slice.distinctions[$0] } }
      if groups.count > 1, !groups.values.contains(where: hasRepeatedPlaces) {
        return groups.values.sorted { ($0[0].instance, $0[0].path) < ($1[0].instance, $1[0].path) }
      }
    }
    return [slices]
  }

  private static func hasRepeatedPlaces(_ slices: [Slice]) -> Bool {
    Set(slices.compactMap(\.position)).count < slices.count
  }
}

/// The names in a folder, in order, or nil if it cannot be opened.
private func namesOfFiles(in folder: String) -> [String]? {
  guard let stream = opendir(folder) else { return nil }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    var status = stat()
    // Pipes would block.
    if stat("\(folder)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG {
      names.append(name)
    }
  }
  return names.sorted()
}

private func beginsAsDICOM(_ path: String) throws(DICOMError) -> Bool {
  guard let file = fopen(path, "rb") else {
    throw .damaged(path: path, problem: "cannot be opened (\(String(cString: strerror(errno))))")
  }
  defer { fclose(file) }
  var start = [UInt8](repeating: 0, count: 132)
  return fread(&start, 1, 132, file) == 132 && start[128...] == [0x44, 0x49, 0x43, 0x4d]
}

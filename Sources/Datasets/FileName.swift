/// What names of files say: ending, channel, case.
enum FileName {
  /// Endings of two parts that count as one.
  private static let doubleEndings = [".nii.gz", ".ome.tif", ".ome.tiff"]

  /// The last component of a path.
  static func last(of path: String) -> String {
    String(path.split(separator: "/").last ?? "")
  }

  /// The folder of a path, `.` if it names none.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The ending with its dot, `.nii.gz` being one; empty if there is none.
  static func ending(of path: String) -> String {
    let name = last(of: path)
    if let double = doubleEndings.first(where: { name.lowercased().hasSuffix($0) }) {
      return String(name.suffix(double.count))
    }
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return String(name[dot...])
  }

  /// The case and channel of an image called `case_0001.nii.gz`, or nil.
  static func caseAndChannel(_ name: String, ending: String) -> (id: String, channel: Int)? {
    guard name.hasSuffix(ending) else { return nil }
    let stem = name.dropLast(ending.count)
    let digits = stem.suffix(4)
    guard stem.count > 5, digits.allSatisfy({ ("0"..."9").contains($0) }),
      stem.dropLast(4).last == "_", let channel = Int(digits)
    else { return nil }
    return (String(stem.dropLast(5)), channel)
  }

  /// What stands behind a case's name for a channel, such as `_0001`; the number has more digits from
  /// 10000 on.
  static func channelSuffix(_ channel: Int) -> String {
    let digits = String(channel)
    return "_" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// A path without slashes at its end.
  static func withoutTrailingSlashes(_ path: String) -> String {
    var name = path[...]
    while name.count > 1, name.hasSuffix("/") { name.removeLast() }
    return String(name)
  }

  /// `folder/name`, or `name` itself where it is absolute.
  static func join(_ folder: String, _ name: String) -> String {
    if name.hasPrefix("/") { return name }
    let plain = name.hasPrefix("./") ? String(name.dropFirst(2)) : name
    return folder.hasSuffix("/") ? folder + plain : folder + "/" + plain
  }

  /// Whether a name comes before another one in the order of code points, as Python sorts.
  static func precedes(_ a: String, _ b: String) -> Bool {
    a.utf8.lexicographicallyPrecedes(b.utf8)
  }
}

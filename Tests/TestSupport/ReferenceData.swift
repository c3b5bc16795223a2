#if canImport(Glibc)
  import Glibc
#endif

/// The folder of reference outputs and real images that larger tests use, named by the environment variable `DELINEATE_DATA`.
///
/// It holds `reference/` (outputs of the reference implementations) and `data/` (images). Tests that need it are skipped where it is unset.
public enum ReferenceData {
  /// The folder, or nil where the variable is unset or empty.
  public static let folder: String? = {
    guard let value = getenv("DELINEATE_DATA") else { return nil }
    let path = String(cString: value)
    return path.isEmpty ? nil : path
  }()

  /// Whether the folder is there.
  public static var isAvailable: Bool { folder != nil }

  /// The path of a file in the folder.
  public static func path(_ relative: String) -> String { (folder ?? "") + "/" + relative }
}

import FoundationEssentials

/// The folder of reference material, which is not part of the repository.
public enum ReferenceFolder {
  /// Its path, from the environment variable `DELINEATE_DATA`; nil where that is unset.
  public static let path: String? = ProcessInfo.processInfo.environment["DELINEATE_DATA"]

  /// Whether it is there; tests that need it are skipped otherwise.
  public static var isAvailable: Bool { path != nil }

  /// The path of something in it.
  public static func file(_ name: String) -> String { (path ?? "") + "/" + name }
}

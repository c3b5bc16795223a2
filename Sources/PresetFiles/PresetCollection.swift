internal import JSONDocuments
internal import Presets

/// Embedded presets of one kind, and files that are edited copies of them.
public struct PresetCollection: Sendable {
  /// What one of them is called in messages.
  let kind: String
  /// Where their files are.
  let folder: String
  private let presets: [Presets.Preset]

  /// How images are registered.
  public static let registration = PresetCollection(
    kind: "registration preset", folder: "Plans/registration",
    presets: Presets.registration + Presets.deformableRegistration)

  /// How networks for super-resolution are trained.
  public static let superResolution = PresetCollection(
    kind: "super-resolution preset", folder: "Plans/super-resolution",
    presets: Presets.superResolution)

  /// How regions of interest are prepared.
  public static let recipes = PresetCollection(
    kind: "recipe", folder: "Plans/roi", presets: Presets.roi)

  /// The names of those that are embedded.
  public var names: [String] { presets.map(\.name) }

  /// The fields of an embedded preset, or of a file.
  ///
  /// - Parameter preset: A name, or a path that ends in `.json`.
  /// - Returns: The fields, none of them checked yet.
  /// - Throws: ``PresetError``.
  public func fields(of preset: String) throws(PresetError) -> PresetFields {
    if preset.hasSuffix(".json") {
      do throws(JSONFileError) {
        return PresetFields(try JSONValue(contentsOf: preset), in: preset, of: self)
      } catch {
        throw .file(error)
      }
    }
    guard let embedded = presets.first(where: { $0.name == preset }) else {
      throw .unknownName(preset, kind: kind, available: names)
    }
    do throws(JSONSyntaxError) {
      return PresetFields(try JSONValue(parsing: embedded.json), in: "preset \(preset)", of: self)
    } catch {
      throw .file(.syntax(path: "preset \(preset)", error))
    }
  }
}

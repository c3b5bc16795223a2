/// The presets that the program carries with it: JSON files of this folder, embedded when it is
/// built.
///
/// A user picks one by name, or copies its file, edits it and gives the path in place of the name.
public enum Presets {
  /// A preset's name and the bytes of its JSON file.
  public struct Preset: Sendable {
    /// The name on the command line.
    public let name: String
    /// The file's bytes.
    public let json: [UInt8]
  }

  /// Planner presets, from the files of `Plans/planner`.
  public static let planner = [
    Preset(name: "default", json: PackageResources.default_json),
    Preset(name: "resenc-m", json: PackageResources.resenc_m_json),
    Preset(name: "resenc-l", json: PackageResources.resenc_l_json),
    Preset(name: "resenc-xl", json: PackageResources.resenc_xl_json),
  ]

  /// Registration presets, from the files of `Plans/registration`.
  public static let registration = [
    Preset(name: "rigid", json: PackageResources.rigid_json),
    Preset(name: "similarity", json: PackageResources.similarity_json),
    Preset(name: "affine", json: PackageResources.affine_json),
    Preset(name: "pet-ct", json: PackageResources.pet_ct_json),
  ]

  /// Super-resolution presets, from the files of `Plans/super-resolution`.
  public static let superResolution = [
    Preset(name: "mri-2x", json: PackageResources.mri_2x_json),
    Preset(name: "mri-slices-2x", json: PackageResources.mri_slices_2x_json),
    Preset(name: "mri-slices-4x", json: PackageResources.mri_slices_4x_json),
  ]

  /// Presets of deformable registration, from the same folder.
  public static let deformableRegistration = [
    Preset(name: "deformable", json: PackageResources.deformable_json),
    Preset(name: "deformable-follow-up", json: PackageResources.deformable_follow_up_json),
  ]
}

import FileOutput
import Glibc
import TestSupport
import VolumeFiles
import Volumes

/// A dataset in a folder of its own, to be spoiled by the tests.
struct SmallDataset {
  let folder: TemporaryFolder

  /// Three cases of two channels with labels 0, 1, 2.
  init() throws {
    folder = try TemporaryFolder()
    for name in ["imagesTr", "labelsTr"] { mkdir(path(name), 0o755) }
    try write(
      "dataset.json",
      """
      {"channel_names": {"0": "T1", "1": "T2"}, "labels": {"background": 0, "a": 1, "b": 2}, \
      "numTraining": 3, "file_ending": ".nii.gz"}
      """)
    for index in 0..<3 {
      for channel in 0..<2 {
        try image(seed: index * 2 + channel).write(
          to: path("imagesTr/c\(index)_000\(channel).nii.gz"))
      }
      try labels().write(to: path("labelsTr/c\(index).nii.gz"))
    }
  }

  /// A folder without files.
  init(empty folder: TemporaryFolder) { self.folder = folder }

  static let geometry = Geometry(
    extent: Extent(x: 4, y: 3, z: 2), spacing: Vector3(0.5, 0.75, 2), origin: Vector3(1, -2, 3))

  func path(_ name: String) -> String { folder.path + "/" + name }

  func write(_ name: String, _ text: String) throws { try writeAtomically(text, to: path(name)) }

  func image(seed: Int, _ geometry: Geometry = geometry) -> Volume<Float> {
    Volume(
      voxels: (0..<geometry.extent.count).map { Float($0 + 100 * seed + 1) }, geometry: geometry)
  }

  func labels(_ geometry: Geometry = geometry) -> LabelMap {
    LabelMap(
      labels: (0..<geometry.extent.count).map { UInt16($0 % 3) }, geometry: geometry)
  }
}

import Datasets
import Glibc
import Planning
import RandomNumbers
import TestSupport
import VolumeFiles
import Volumes

/// Five small cases of two channels in a folder of their own, and a plan for them.
struct SmallCohort {
  let folder: TemporaryFolder
  let plan: SegmentationPlan

  init() throws {
    folder = try TemporaryFolder()
    plan = try SmallCase("masked").plan
    for index in 0..<5 {
      for channel in 0..<2 {
        try image(seed: UInt64(index * 2 + channel)).write(to: imagePath(index, channel))
      }
      try labels(shift: index).write(to: labelPath(index))
    }
  }

  /// The dataset; its description has two labels.
  var dataset: Dataset {
    get throws {
      Dataset(
        name: "Small", folder: folder.path, description: try SmallCase("masked").description,
        cases: (0..<5).map { index in
          Case(
            id: "case\(index)", images: (0..<2).map { imagePath(index, $0) },
            labels: labelPath(index))
        })
    }
  }

  /// Where preprocessed cases go.
  var output: String { folder.path + "/new/preprocessed" }

  func imagePath(_ index: Int, _ channel: Int) -> String {
    "\(folder.path)/c\(index)_000\(channel).nii"
  }

  func labelPath(_ index: Int) -> String { "\(folder.path)/c\(index).nii" }

  static let geometry = Geometry(
    extent: Extent(x: 13, y: 11, z: 9), spacing: Vector3(1, 1.1, 1.4), origin: Vector3(1, 2, 3))

  private func image(seed: UInt64) -> Volume<Float> {
    var generator = SplitMix64(seed: seed)
    let extent = Self.geometry.extent
    return Volume(
      voxels: (0..<extent.count).map { index in
        index % extent.x < 2 ? 0 : generator.uniform(1...100)
      }, geometry: Self.geometry)
  }

  func labels(shift: Int) -> LabelMap {
    let extent = Self.geometry.extent
    return LabelMap(
      labels: (0..<extent.count).map { UInt16(($0 / 5 + shift) % 7 / 3) }, geometry: Self.geometry)
  }
}

/// What tells one writing of a file from another; empty if there is no file.
func writing(_ path: String) -> String {
  var status = stat()
  // Inodes are used again, so the time counts too.
  return stat(path, &status) == 0
    ? "\(status.st_ino) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)" : ""
}

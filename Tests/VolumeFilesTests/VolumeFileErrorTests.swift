import FileOutput
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// Errors name the file, what is wrong, expected and found, and the cure.
@Suite struct VolumeFileErrorTests {
  private let geometry = Geometry(extent: Extent(x: 2, y: 2, z: 2))

  @Test func missingFile() {
    #expect(
      throws: VolumeFileError.unreadable(path: "/none.nii", reason: "No such file or directory")
    ) {
      try Volume<Float>(contentsOf: "/none.nii")
    }
    #expect(throws: VolumeFileError.unknownFormat(path: "/a.dcm")) {
      try Volume<Float>(contentsOf: "/a.dcm")
    }
    #expect(throws: VolumeFileError.unknownFormat(path: "/a.dcm")) {
      try Volume(repeating: Float(0), geometry: geometry).write(to: "/a.dcm")
    }
    #expect(
      VolumeFileError.unknownFormat(path: "a.dcm").description
        == "a.dcm: unknown kind of file; expected one of .nii.gz .nii .hdr .img .hdr.gz .img.gz .nrrd"
        + " .nhdr .mha .mhd .tif .tiff .png")
  }

  @Test func foldersAndPipesDoNotHang() throws {
    let folder = try TemporaryFolder()
    #expect(throws: VolumeFileError.unreadable(path: "/dev/null", reason: "not a file")) {
      let link = folder.path + "/null.nrrd"
      try writeBytes(
        Array(
          "NRRD0004\ntype: uchar\ndimension: 2\nsizes: 1 1\nencoding: raw\ndata file: /dev/null\n"
            .utf8), to: link)
      _ = try Volume<Float>(contentsOf: link)
    }
  }

  @Test(arguments: [".nii", ".nii.gz", ".nrrd", ".mha", ".tif", ".png"])
  func truncatedFilesAreRefused(ending: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/image" + ending
    let geometry = Geometry(extent: Extent(x: 30, y: 20, z: ending == ".png" ? 1 : 4))
    let voxels = (0..<geometry.extent.count).map { Float(($0 &* 7919) % 65521) }
    try Volume(voxels: voxels, geometry: geometry).write(to: path)
    let bytes = try readBytes(path)
    try writeBytes(Array(bytes.prefix(bytes.count * 3 / 4)), to: path)
    #expect(throws: VolumeFileError.self) { try Volume<Float>(contentsOf: path) }
    if ending.hasPrefix(".nii") || ending == ".nrrd" || ending == ".mha" {
      #expect {
        try Volume<Float>(contentsOf: path)
      } throws: { error in
        guard case .truncated(path, let expected, let found)? = error as? VolumeFileError else {
          return false
        }
        return expected == voxels.count * 4 && found > 0 && found < expected
      }
    }
  }

  @Test func wrongChecksumIsFound() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/image.nii.gz"
    try Volume(repeating: Float(1), geometry: geometry).write(to: path)
    var bytes = try readBytes(path)
    bytes[bytes.count - 8] ^= 1
    try writeBytes(bytes, to: path)
    #expect(throws: VolumeFileError.damagedVoxels(path: path, problem: "incorrect data check")) {
      try Volume<Float>(contentsOf: path)
    }
  }

  @Test(arguments: [Float(-1), 0.5, 65536, .nan, .infinity]) func imagesAreNoLabels(value: Float)
    throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path + "/image.nii"
    var volume = Volume(repeating: Float(3), geometry: geometry)
    volume.voxels[5] = value
    try volume.write(to: path)
    #expect {
      try LabelMap(contentsOf: path)
    } throws: { error in
      guard case .notALabel(path, let found, 5)? = error as? VolumeFileError else { return false }
      return found.bitPattern == value.bitPattern
    }
    #expect(throws: VolumeFileError.self) { try volume.write(to: folder.path + "/image.png") }
  }

  @Test func unwritableFolder() {
    let path = "/none/image.nii.gz"
    let error = VolumeFileError.unwritable(
      .refused(path: path, step: .create, reason: "No such file or directory"))
    #expect(throws: error) { try Volume(repeating: Float(0), geometry: geometry).write(to: path) }
    #expect(error.description.hasPrefix("/none/image.nii.gz: cannot create a file"))
  }

  @Test func everyErrorIsOneLineWithItsPath() {
    let errors: [VolumeFileError] = [
      .unreadable(path: "p", reason: "r"), .unknownFormat(path: "p"),
      .damagedHeader(path: "p", problem: "x"),
      .truncated(path: "p", expectedBytes: 2, foundBytes: 1),
      .damagedVoxels(path: "p", problem: "x"),
      .unsupported(path: "p", feature: "x is", cure: "y"), .sheared(path: "p", defect: 0.1),
      .severalChannels(path: "p", count: 2), .notALabel(path: "p", value: 1, voxelIndex: 0),
      .notStorable(path: "p", value: 1, cure: "x"), .unwritable(.notAFile(path: "p")),
    ]
    for error in errors {
      #expect(error.description.hasPrefix("p: "))
      #expect(!error.description.contains("\n"))
      #expect(error.description.contains(";"))
    }
  }
}

import TestSupport
import Testing
import VolumeFiles
import Volumes

/// nnU-Net's spacing files beside TIFF images.
@Suite struct SidecarTests {
  private func stack(in folder: TemporaryFolder, _ name: String) throws -> String {
    let path = folder.path + "/" + name
    let geometry = Geometry(extent: Extent(x: 3, y: 2, z: 2))
    try Volume(repeating: Float(1), geometry: geometry).write(to: path)
    return path
  }

  @Test(arguments: ["case_0000.tif", "case.tif", "case_12.tif"])
  func sidecarIsFoundByTheCasesName(name: String) throws {
    let folder = try TemporaryFolder()
    let path = try stack(in: folder, name)
    let stem = name == "case_12.tif" ? "case_12" : "case"
    try writeBytes(Array("{\"spacing\": [5, 0.5, 0.25]}".utf8), to: "\(folder.path)/\(stem).json")
    // The file that was written beside the stack would be found first.
    if name == "case_0000.tif" {
      #expect(folder.names.contains("case_0000.json"))
      try writeBytes(Array("{\"spacing\": [4, 2, 1]}".utf8), to: folder.path + "/case_0000.json")
      #expect(try VolumeHeader(contentsOf: path).geometry.spacing == Vector3(1, 2, 4))
    } else {
      #expect(try VolumeHeader(contentsOf: path).geometry.spacing == Vector3(0.25, 0.5, 5))
    }
  }

  @Test func imagesOfACaseShareASidecar() throws {
    let folder = try TemporaryFolder()
    let path = try stack(in: folder, "case_0000.tif")
    let moved = folder.path + "/other_0003.tif"
    try writeBytes(try readBytes(path), to: moved)
    try writeBytes(Array("{\"spacing\": [5, 0.5, 0.25]}".utf8), to: folder.path + "/other.json")
    #expect(try VolumeHeader(contentsOf: moved).geometry.spacing == Vector3(0.25, 0.5, 5))
  }

  @Test func wrongSidecarIsRefusedAndAnotherJSONIsNot() throws {
    let folder = try TemporaryFolder()
    let path = try stack(in: folder, "case.tif")
    let sidecar = folder.path + "/case.json"
    try writeBytes(Array("{\"spacing\": [5, 0]}".utf8), to: sidecar)
    #expect(
      throws: VolumeFileError.damagedHeader(
        path: sidecar, problem: "expected {\"spacing\": [z, y, x]} in mm")
    ) { try VolumeHeader(contentsOf: path) }
    try writeBytes(Array("{\"patient\": 7}".utf8), to: sidecar)
    let header = try VolumeHeader(contentsOf: path)
    #expect(header.geometry.spacing == Vector3(1, 1, 1))
    #expect(header.warnings.count == 1)
  }
}

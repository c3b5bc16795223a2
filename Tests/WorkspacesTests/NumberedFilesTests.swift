import Datasets
import FileOutput
import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes
import Workspaces

/// Four digits at the end of a name are a channel's number, or part of the case's name, or refused.
@Suite struct NumberedFilesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func description(channels: Int) throws -> DatasetDescription {
    DatasetDescription(
      channelNames: (0..<channels).map { "T\($0)" },
      labels: try LabelSet(structures: [
        .init(name: "background", labels: [0]), .init(name: "a", labels: [1]),
      ]), numTraining: 1, fileEnding: ".nii.gz")
  }

  /// Writes images of some channels each.
  private func write(_ names: [String], channels: Int = 1) throws {
    let volume = Volume<Float>(repeating: 1, geometry: Geometry(extent: Extent(x: 3, y: 3, z: 3)))
    for name in names {
      try ImageFile(channels: Array(repeating: volume, count: channels)).write(to: path(name))
    }
  }

  private func path(_ name: String) -> String { "\(folder.path)/\(name).nii.gz" }

  private func input(channels: Int, _ paths: [String]? = nil) throws -> PredictionInput {
    try PredictionInput(paths ?? [folder.path], for: try description(channels: channels))
  }

  private func expectRefusal(channels: Int, _ parts: [String]) {
    let error = #expect(throws: WorkspaceError.self) { try input(channels: channels) }
    let line = error?.description ?? ""
    #expect(!line.contains("\n"))
    for part in parts { #expect(line.contains(part), "\(line)") }
  }

  @Test func casesOfOneChannelMayBeNumbered() throws {
    try write(["amos_0001", "amos_0004", "other"])
    let found = try input(channels: 1)
    #expect(found.cases.map(\.id) == ["amos_0001", "amos_0004", "other"])
    #expect(found.cases.map(\.images) == found.cases.map { [path($0.id)] })
    #expect(found.passedOver == [])
    #expect(
      found.assignments == [
        "no name ends in _0000: numbers are taken for parts of names, as in case amos_0001"
      ])
    // One file by itself, too.
    #expect(try input(channels: 1, [path("amos_0004")]).cases.map(\.id) == ["amos_0004"])
  }

  @Test func oneChannelIsNumberZero() throws {
    try write(["a_0000", "b_0000", "scan_0007_0000", "other"])
    let found = try input(channels: 1)
    #expect(found.cases.map(\.id) == ["a", "b", "scan_0007"])
    #expect(found.passedOver.count == 1 && found.assignments == [])
  }

  @Test func doubtIsRefused() throws {
    try write(["x_0000", "x_0001"])
    expectRefusal(
      channels: 1, [path("x_0001"), "there is x_0000 too", "the model has one channel"])
    // The same files are the channels of one case for another model.
    #expect(
      try input(channels: 2).cases == [Case(id: "x", images: [path("x_0000"), path("x_0001")])])
    try FileManager.default.removeItem(atPath: path("x_0001"))
    try write(["y_0001"])
    expectRefusal(channels: 1, [path("y_0001"), "case y has no channel 0 before it"])
  }

  @Test func filesOfAllChannelsAreCases() throws {
    try write(["x_0000", "x_0001", "y"], channels: 2)
    let found = try input(channels: 2)
    #expect(found.cases.map(\.id) == ["x_0000", "x_0001", "y"])
    #expect(
      found.assignments == [
        "every file holds all channels: numbers are taken for parts of names, as in case x_0000"
      ])
    try write(["z_0001"])
    expectRefusal(channels: 2, [path("z_0001"), "does not hold all 2 channels", path("x_0000")])
  }

  @Test func aCaseIsGivenOnce() throws {
    try write(["x_0000", "x_0001", "scan_0002"])
    let other = "\(folder.path)/again"
    try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: false)
    try FileManager.default.copyItem(
      atPath: path("x_0001"), toPath: "\(other)/x_0001.nii.gz")
    let channels = #expect(throws: WorkspaceError.self) {
      try input(channels: 2, [path("x_0000"), path("x_0001"), other])
    }
    #expect(channels?.description.contains("is channel 1 of case x, as is") == true)
    try FileManager.default.copyItem(
      atPath: path("scan_0002"), toPath: "\(other)/scan_0002.nii.gz")
    let names = #expect(throws: WorkspaceError.self) {
      try input(channels: 1, [path("scan_0002"), other])
    }
    #expect(names?.description.contains("two images that make a case scan_0002") == true)
  }
}

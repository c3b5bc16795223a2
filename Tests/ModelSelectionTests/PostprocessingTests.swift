import Evaluation
import Foundation
import JSONDocuments
import ModelSelection
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite struct PostprocessingTests {
  @Test func smallerComponentsBecomeBackground() {
    let mask = row([1, 1, 2, 0, 1, 0, 2, 2, 2, 0, 1])
    #expect(
      Postprocessing(steps: [.label(1)])(mask).labels == [1, 1, 2, 0, 0, 0, 2, 2, 2, 0, 0])
    #expect(
      Postprocessing(steps: [.label(2)])(mask).labels == [1, 1, 0, 0, 1, 0, 2, 2, 2, 0, 1])
    // Together two components have three voxels: both stay.
    #expect(
      Postprocessing(steps: [.region([1, 2])])(mask).labels == [1, 1, 2, 0, 0, 0, 2, 2, 2, 0, 0])
    #expect(
      Postprocessing(steps: [.region([1, 2]), .label(2)])(mask).labels
        == [1, 1, 0, 0, 0, 0, 2, 2, 2, 0, 0])
    #expect(Postprocessing()(mask).labels == mask.labels)
    #expect(Postprocessing(steps: [.label(7)])(mask).labels == mask.labels)
  }

  @Test func filesAreRead() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/postprocessing.json"
    func read(_ text: String) throws -> Postprocessing {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      return try Postprocessing(contentsOf: path)
    }
    let name = "\"remove_all_but_largest_component_from_segmentation\""
    let steps = try read(
      """
      {"postprocessing_fns": [\(name), \(name), \(name)], "postprocessing_kwargs":
       [{"labels_or_regions": 3}, {"labels_or_regions": [1, 2]},
        {"labels_or_regions": [1, [2, 3]], "background_label": 0}]}
      """)
    #expect(steps.steps == [.label(3), .region([1, 2]), .region([1, 2, 3])])
    for text in [
      "", "[]", "{}", "{\"postprocessing_fns\": [], \"postprocessing_kwargs\": [{}]}",
      "{\"postprocessing_fns\": [\"eval\"], \"postprocessing_kwargs\": [{}]}",
      "{\"postprocessing_fns\": [\(name)], \"postprocessing_kwargs\": [{}]}",
      "{\"postprocessing_fns\": [\(name)], \"postprocessing_kwargs\": [{\"labels_or_regions\": []}]}",
      "{\"postprocessing_fns\": [\(name)], \"postprocessing_kwargs\": [{\"labels_or_regions\": -1}]}",
      "{\"postprocessing_fns\": [\(name)], \"postprocessing_kwargs\": "
        + "[{\"labels_or_regions\": 1, \"background_label\": 2}]}",
    ] {
      let error = try #require(throws: ModelSelectionError.self, "\(text)") { try read(text) }
      #expect(error.description.hasPrefix(path))
    }
    let error = try #require(throws: ModelSelectionError.self) {
      try Postprocessing(contentsOf: folder.path + "/postprocessing.pkl")
    }
    #expect(error.description.contains("postprocessing.json"))
  }

  @Test func foldersKeepTheirMasksAndGrids() throws {
    let folder = try TemporaryFolder()
    let input = folder.path + "/in"
    try FileManager.default.createDirectory(atPath: input, withIntermediateDirectories: true)
    var mask = row([1, 1, 0, 1])
    mask.geometry.origin = Vector3(1, -20, 3.5)
    mask.geometry.spacing = Vector3(0.5, 1, 3)
    try mask.write(to: input + "/a.nii.gz")
    try "x".write(toFile: input + "/notes.txt", atomically: true, encoding: .utf8)
    let steps = Postprocessing(steps: [.label(1)])
    let names = try steps.run(on: input, into: folder.path + "/out", fileEnding: ".nii.gz")
    #expect(names == ["a.nii.gz"])
    let result = try LabelMap(contentsOf: folder.path + "/out/a.nii.gz")
    #expect(result.labels == [1, 1, 0, 0])
    #expect(result.geometry.matches(mask.geometry, tolerance: 0))
    #expect(try LabelMap(contentsOf: input + "/a.nii.gz").labels == mask.labels)

    for (from, to, ending) in [
      (input, input + "/../in", ".nii.gz"), (input, folder.path + "/out", ".mha"),
      (folder.path + "/none", folder.path + "/out", ".nii.gz"),
    ] {
      #expect(throws: ModelSelectionError.self) {
        try steps.run(on: from, into: to, fileEnding: ending)
      }
    }
  }
}

private func row(_ labels: [UInt16]) -> LabelMap {
  LabelMap(
    labels: labels, geometry: Geometry(extent: Extent(x: labels.count, y: 1, z: 1)))
}

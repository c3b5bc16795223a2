import Datasets
import FileOutput
import Foundation
import JSONDocuments
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite struct DatasetConversionTests {
  /// A Decathlon task of three training cases and one test case, two volumes each.
  private func decathlon() throws -> SmallDataset {
    let small = SmallDataset(empty: try TemporaryFolder())
    for name in ["imagesTr", "labelsTr", "imagesTs"] {
      try FileManager.default.createDirectory(
        atPath: small.path("Task91_Balls/\(name)"), withIntermediateDirectories: true)
    }
    for number in 0..<4 {
      let part = number < 3 ? "Tr" : "Ts"
      let channels = [small.image(seed: 2 * number), small.image(seed: 2 * number + 1)]
      try ImageFile(channels: channels).write(
        to: small.path("Task91_Balls/images\(part)/ball_\(number).nii.gz"))
      if number < 3 {
        try small.labels().write(to: small.path("Task91_Balls/labelsTr/ball_\(number).nii.gz"))
      }
    }
    // What macOS leaves in the published archives.
    try small.write("Task91_Balls/imagesTs/._ball_3.nii.gz", "x")
    try small.write(
      "Task91_Balls/dataset.json",
      """
      {"name": "Balls", "licence": "CC-BY", "tensorImageSize": "4D", "modality": {"0": "T1", "1": "T2"},
       "labels": {"0": "background", "1": "a", "2": "b"}, "numTraining": 3, "numTest": 1,
       "training": [{"image": "./imagesTr/ball_0.nii.gz", "label": "./labelsTr/ball_0.nii.gz"},
         {"image": "./imagesTr/ball_1.nii.gz", "label": "./labelsTr/ball_1.nii.gz"},
         {"image": "./imagesTr/ball_2.nii.gz", "label": "./labelsTr/ball_2.nii.gz"}],
       "test": ["./imagesTs/ball_3.nii.gz"]}
      """)
    return small
  }

  private func outcome(
    _ source: String, _ target: String, _ settings: DatasetConversion.Settings = .init()
  ) throws -> DatasetConversion.Outcome {
    let conversion = try DatasetConversion(of: source, into: target, settings: settings)
    #expect(conversion.problems() == [])
    return try conversion.run()
  }

  /// Training and test cases, files unchanged, split and written anew, folds (-1 for none), groups.
  private func numbers(_ outcome: DatasetConversion.Outcome) -> [Int] {
    [
      outcome.training, outcome.test, outcome.unchanged, outcome.split, outcome.reencoded,
      outcome.folds ?? -1, outcome.groups,
    ]
  }

  @Test func decathlonBecomesChannels() throws {
    let small = try decathlon()
    let target = small.path("Dataset091_Balls")
    let outcome = try outcome(small.path("Task91_Balls"), target)
    #expect(
      numbers(outcome) == [3, 1, 3, 8, 0, -1, 0])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: target).sorted()
        == ["dataset.json", "imagesTr", "imagesTs", "labelsTr"])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: target + "/imagesTs").sorted()
        == ["ball_3_0000.nii.gz", "ball_3_0001.nii.gz"])
    let made = try Dataset(contentsOf: target)
    #expect(made.caseNames == ["ball_0", "ball_1", "ball_2"])
    #expect(made.description.channelNames == ["T1", "T2"])
    #expect(made.description.numTraining == 3 && made.fileEnding == ".nii.gz")
    let document = made.description.document
    #expect(document["labels"] == ["background": 0, "a": 1, "b": 2])
    #expect(document["name"]?.string == "Balls" && document["licence"]?.string == "CC-BY")
    for field in ["training", "test", "numTest", "modality", "tensorImageSize"] {
      #expect(document[field] == nil)
    }
    #expect(DatasetCheck().report(on: target).problems == [])
    for number in 0..<4 {
      let part = number < 3 ? "Tr" : "Ts"
      for channel in 0..<2 {
        let path = "\(target)/images\(part)/ball_\(number)_000\(channel).nii.gz"
        let image = try ImageFile(contentsOf: path)
        #expect(image.channels[0].voxels == small.image(seed: 2 * number + channel).voxels)
        #expect(image.dimensions == 3)
      }
    }
    #expect(
      try bytes(ofFile: target + "/labelsTr/ball_1.nii.gz")
        == bytes(ofFile: small.path("Task91_Balls/labelsTr/ball_1.nii.gz")))
  }

  @Test func tableWithGroups() throws {
    let small = SmallDataset(empty: try TemporaryFolder())
    var table = "case,T1,T2,label,group\n"
    for number in 0..<7 {
      for channel in 0..<2 {
        try small.image(seed: 2 * number + channel).write(
          to: small.path("scan \(number) \(channel).nii.gz"))
      }
      if number < 6 { try small.labels().write(to: small.path("mask \(number).nii.gz")) }
      table += "p\(number),scan \(number) 0.nii.gz,scan \(number) 1.nii.gz,"
      table += (number < 6 ? "mask \(number).nii.gz" : "") + ",site\(number / 2)\n"
    }
    try small.write("cases.csv", table)
    let target = small.path("Dataset007_Table")
    var settings = DatasetConversion.Settings()
    settings.name = "From a table"
    settings.files = .link
    let outcome = try outcome(small.path("cases.csv"), target, settings)
    #expect(
      numbers(outcome) == [6, 1, 20, 0, 0, 3, 3])
    let made = try Dataset(contentsOf: target)
    #expect(made.caseNames == (0..<6).map { "p\($0)" })
    #expect(made.description.document["name"]?.string == "From a table")
    #expect(made.description.document["labels"] == ["background": 0, "label_1": 1, "label_2": 2])
    let link = try FileManager.default.destinationOfSymbolicLink(
      atPath: target + "/imagesTr/p2_0001.nii.gz")
    #expect(link == small.path("scan 2 1.nii.gz"))
    let splits = try CrossValidationSplits(contentsOf: target + "/splits_final.json")
    #expect(splits.splits.map(\.validation.count) == [2, 2, 2])
    for split in splits.splits {
      #expect(
        Int(split.validation[0].suffix(1)).map { $0 / 2 }
          == Int(split.validation[1].suffix(1)).map { $0 / 2 })
    }
    #expect(DatasetCheck().report(on: target).problems == [])
  }

  @Test func groupsOfATableOfTheirOwn() throws {
    let small = try decathlon()
    try small.write("g.csv", "case,group\nball_0,x\nball_1,y\nball_2,x\n")
    var settings = DatasetConversion.Settings()
    settings.groups = small.path("g.csv")
    let target = small.path("Dataset091_Balls")
    _ = try outcome(small.path("Task91_Balls"), target, settings)
    #expect(
      try CrossValidationSplits(contentsOf: target + "/splits_final.json").splits
        == [
          .init(training: ["ball_1"], validation: ["ball_0", "ball_2"]),
          .init(training: ["ball_0", "ball_2"], validation: ["ball_1"]),
        ])
    try small.write("g.csv", "case,group\nball_0,x\n")
    #expect(throws: DatasetError.self) {
      try DatasetConversion(
        of: small.path("Task91_Balls"), into: small.path("Dataset092_Balls"), settings: settings)
    }
  }

  @Test func otherFormatsAreWrittenAnew() throws {
    let small = SmallDataset(empty: try TemporaryFolder())
    try small.image(seed: 1).write(to: small.path("a.nrrd"))
    try small.image(seed: 2).write(to: small.path("b.nii"))
    try small.labels().write(to: small.path("a.mha"))
    try small.labels().write(to: small.path("b.nii.gz"))
    try small.write("t.csv", "case,CT,label\na,a.nrrd,a.mha\nb,b.nii,b.nii.gz\n")
    let target = small.path("Dataset001_Mixed")
    let outcome = try outcome(small.path("t.csv"), target)
    #expect(
      numbers(outcome) == [2, 0, 1, 1, 2, -1, 0])
    for (index, id) in ["a", "b"].enumerated() {
      let image = try ImageFile(contentsOf: "\(target)/imagesTr/\(id)_0000.nii.gz")
      #expect(image.channels[0].voxels == small.image(seed: index + 1).voxels)
      #expect(image.geometry.matches(SmallDataset.geometry, tolerance: 1e-6))
      #expect(
        try LabelMap(contentsOf: "\(target)/labelsTr/\(id).nii.gz").labels == small.labels().labels)
    }
    // Where all files are of one kind that nnU-Net reads, they stay what they are.
    try small.labels().write(to: small.path("c.nrrd"))
    try small.write("u.csv", "case,CT,label\na,a.nrrd,c.nrrd\n")
    let kept = small.path("Dataset002_Kept")
    #expect(try self.outcome(small.path("u.csv"), kept).unchanged == 2)
    #expect(
      try bytes(ofFile: kept + "/imagesTr/a_0000.nrrd") == bytes(ofFile: small.path("a.nrrd")))
    #expect(try Dataset(contentsOf: kept).fileEnding == ".nrrd")
  }

  @Test func everyProblemIsFoundBeforeAnythingIsWritten() throws {
    let small = try decathlon()
    let source = small.path("Task91_Balls")
    try small.image(seed: 1).write(to: source + "/imagesTr/ball_0.nii.gz")
    try FileManager.default.removeItem(atPath: source + "/labelsTr/ball_1.nii.gz")
    var geometry = SmallDataset.geometry
    geometry.origin.x += 4
    try small.labels(geometry).write(to: source + "/labelsTr/ball_2.nii.gz")
    try small.write("Task91_Balls/imagesTs/ball_3.nii.gz", "not an image")
    let conversion = try DatasetConversion(of: source, into: small.path("Dataset091_Balls"))
    let lines = conversion.problems().map { $0.description.replacing(source + "/", with: "") }
    try #require(lines.count == 4)
    #expect(
      lines[0]
        == "imagesTr/ball_0.nii.gz: wrong channel count: expected 2 (T1, T2), found 1 in case ball_0"
    )
    #expect(lines[1] == "labelsTr/ball_1.nii.gz: missing file")
    #expect(lines[2].hasPrefix("labelsTr/ball_2.nii.gz: grid differs from the case's first image"))
    #expect(lines[3].hasPrefix("imagesTs/ball_3.nii.gz: "))
    #expect(small.folder.names == ["Task91_Balls"])
    // Whatever goes wrong on the way leaves nothing either.
    #expect(throws: DatasetError.self) { try conversion.run() }
    #expect(small.folder.names == ["Task91_Balls"])
  }

  @Test func namesAndWhatIsThere() throws {
    let small = try decathlon()
    let source = small.path("Task91_Balls")
    for name in ["Balls", "Dataset1_Balls", "Dataset0001Balls", "Dataset001_", "Task001_Balls"] {
      do throws(DatasetError) {
        _ = try DatasetConversion(of: source, into: small.path(name))
        Issue.record("\(name) was accepted")
      } catch {
        #expect(error.description.hasSuffix("such as Dataset101_Balls"))
      }
    }
    let target = small.path("Dataset001_Balls")
    try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: false)
    #expect(throws: DatasetError.self) { try DatasetConversion(of: source, into: target) }
  }

  /// As a shell completes names.
  @Test(arguments: ["", "/", "//"]) func foldersAboveAreMade(ending: String) throws {
    let small = try decathlon()
    let target = small.path("raw/new/Dataset091_Balls")
    let conversion = try DatasetConversion(of: small.path("Task91_Balls"), into: target + ending)
    #expect(conversion.target == target)
    #expect(try conversion.run().training == 3)
    #expect(try Dataset(contentsOf: target).cases.count == 3)
    let blocked = try DatasetConversion(
      of: small.path("Task91_Balls"), into: "/dev/null/Dataset091_Balls")
    #expect(throws: DatasetError.self) { try blocked.run() }
  }

  @Test func foldsThatCannotBeMadeAreSaidBeforeAnythingIsCopied() throws {
    let small = try decathlon()
    try small.write("g.csv", "case,group\nball_0,x\nball_1,x\nball_2,x\n")
    var settings = DatasetConversion.Settings()
    settings.groups = small.path("g.csv")
    settings.shouldStop = {
      Issue.record("a file was asked for")
      return true
    }
    let conversion = try DatasetConversion(
      of: small.path("Task91_Balls"), into: small.path("Dataset091_Balls"), settings: settings)
    #expect(throws: DatasetError.tooFewCases(count: 1, folds: 2)) { try conversion.run() }
    #expect(small.folder.names == ["Task91_Balls", "g.csv"])
  }

  @Test func aStopLeavesNothing() throws {
    let small = try decathlon()
    var settings = DatasetConversion.Settings()
    settings.shouldStop = { true }
    let conversion = try DatasetConversion(
      of: small.path("Task91_Balls"), into: small.path("Dataset001_Balls"), settings: settings)
    #expect(throws: DatasetError.interrupted) { try conversion.run() }
    #expect(small.folder.names == ["Task91_Balls"])
  }
}

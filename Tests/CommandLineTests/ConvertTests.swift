import Foundation
import JSONDocuments
import TestSupport
import Testing
import VolumeFiles

/// A table becomes nnU-Net's folder, groups stay together from there to the training.
struct ConvertTests {
  /// A table of the balls' training cases; two of them are of one patient.
  private func table(_ dataset: TinyDataset) throws -> String {
    var text = "case,MR,label,group\n"
    for number in 0..<6 {
      text += "b\(number),imagesTr/ball_\(number)_0000.nii.gz,labelsTr/ball_\(number).nii.gz,"
      text += "patient \(number / 2)\n"
    }
    text += "b6,imagesTs/ball_6_0000.nii.gz,,\n"
    let path = dataset.path + "/table.csv"
    // The description beside it has another number of cases.
    try FileManager.default.removeItem(atPath: dataset.path + "/dataset.json")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  @Test func aTableBecomesADataset() throws {
    let dataset = try TinyDataset()
    let table = try table(dataset)
    let target = dataset.folder.path + "/Dataset011_Balls"
    let made = try Program.run("convert", table, "--output", target, "--json")
    #expect(made.status == 0)
    #expect(made.json?["training"]?.int == 6 && made.json?["test"]?.int == 1)
    #expect(made.json?["files"] == ["copied": 13, "split": 0, "reencoded": 0])
    #expect(made.json?["folds"]?.int == 3 && made.json?["groups"]?.int == 3)
    #expect(made.json?["labels"] == ["background": [0], "label_1": [1]])
    #expect(try Program.run("check", target).output == "6 cases, no problem found\n")

    let again = try Program.run("convert", table, "--output", target)
    #expect(again.status == 1)
    #expect(again.errorLines.count == 1)
    #expect(again.errors.hasPrefix("error: \(target): exists already"))
    let badName = try Program.run("convert", table, "--output", dataset.folder.path + "/Balls")
    #expect(badName.status == 1 && badName.errors.contains("DatasetNNN_Name"))
  }

  @Test func problemsAreListedAndNothingIsWritten() throws {
    let dataset = try TinyDataset()
    let table = try table(dataset)
    for name in ["imagesTr/ball_2_0000.nii.gz", "labelsTr/ball_4.nii.gz"] {
      try FileManager.default.removeItem(atPath: "\(dataset.path)/\(name)")
    }
    let result = try Program.run(
      "convert", table, "--output", dataset.folder.path + "/Dataset011_Balls")
    #expect(result.status == 2)
    #expect(result.output.isEmpty)
    #expect(
      result.errorLines.dropLast() == [
        "\(dataset.path)/imagesTr/ball_2_0000.nii.gz: missing file",
        "\(dataset.path)/labelsTr/ball_4.nii.gz: missing file",
      ])
    #expect(dataset.folder.names == ["balls"])

    // A table of groups that is not there is said at once, without a look at the images.
    let groups = try Program.run(
      "convert", table, "--output", dataset.folder.path + "/Dataset011_Balls", "--groups",
      dataset.folder.path + "/none.csv")
    #expect(groups.status == 1 && groups.errorLines.count == 1)
    #expect(groups.errors.contains("/none.csv: cannot be read"))

    // Where no label file is there, the table cannot even be described.
    let text = "case,MR,label\na,none.nii.gz,nothing.nii.gz\nb,none.nii.gz\n"
    try text.write(toFile: table, atomically: true, encoding: .utf8)
    let hopeless = try Program.run(
      "convert", table, "--output", dataset.folder.path + "/Dataset011_Balls")
    #expect(hopeless.status == 2)
    #expect(hopeless.errorLines.count == 5)
    #expect(hopeless.errors.contains("\(dataset.path)/nothing.nii.gz: missing file\n"))
    #expect(hopeless.errors.contains("\(table): line 3: expected 3 fields"))
  }

  @Test func foldsThatSeparateAGroupAreRefused() throws {
    let dataset = try TinyDataset()
    let workspace = dataset.folder.path + "/workspace"
    try dataset.plan(in: workspace)
    let groups = dataset.folder.path + "/groups.csv"
    try "case,group\nball_0,a\nball_1,a\nball_2,b\nball_3,b\nball_4,\nball_5,\n"
      .write(toFile: groups, atomically: true, encoding: .utf8)
    let train = [
      "train", "--workspace", workspace, "--epochs", "1", "--iterations", "1", "--threads", "1",
    ]
    let grouped = try Program.run(train + ["--groups", groups, "--fold", "1"])
    #expect(grouped.status == 0, "\(grouped.errors)")
    let splits = try JSONValue(contentsOf: workspace + "/splits_final.json").array ?? []
    #expect(splits.count == 4)
    #expect(splits.contains { $0["val"]?.strings == ["ball_0", "ball_1"] })
    #expect(splits.contains { $0["val"]?.strings == ["ball_2", "ball_3"] })

    try #"[{"train": ["ball_0", "ball_2"], "val": ["ball_1", "ball_4"]}]"#.write(
      toFile: workspace + "/splits_final.json", atomically: true, encoding: .utf8)
    // The workspace remembers the groups.
    let separated = try Program.run(train + ["--fold", "0"])
    #expect(separated.status == 1)
    #expect(
      separated.errorLines.last?.contains(
        "fold 0 trains on ball_0 and validates on ball_1, both of group a") == true)

    try "case,group\nball_0,a\n".write(toFile: groups, atomically: true, encoding: .utf8)
    let incomplete = try Program.run(train)
    #expect(incomplete.status == 1)
    #expect(incomplete.errorLines.count == 1)
    #expect(
      incomplete.errors.hasPrefix(
        "error: \(groups): has no line for the cases ball_1, ball_2, ball_3, ball_4, ball_5; add"))
  }
}

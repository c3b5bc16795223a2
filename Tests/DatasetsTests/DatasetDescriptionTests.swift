import Datasets
import JSONDocuments
import Testing

@Suite struct DatasetDescriptionTests {
  private func read(_ text: String) throws -> DatasetDescription {
    try DatasetDescription(try JSONValue(parsing: text), from: "dataset.json")
  }

  @Test func orderAndUnknownFieldsSurvive() throws {
    let text = """
      {"name": "x", "channel_names": {"0": "T2", "1": "ADC"}, \
      "labels": {"background": 0, "zone": 2, "apex": 1}, "numTraining": 3, \
      "file_ending": ".nii.gz", "licence": {"a": [1, 2.5]}}
      """
    let description = try read(text)
    #expect(description.channelNames == ["T2", "ADC"])
    #expect(description.labels.structures.map(\.name) == ["background", "zone", "apex"])
    #expect(description.numTraining == 3)
    #expect(description.fileEnding == ".nii.gz")
    #expect(description.document.text(.compact) == text)
    #expect(description.imageReaderName == "SimpleITKIO")
  }

  @Test func decathlonFormIsConverted() throws {
    let description = try read(
      """
      {"name": "BRATS", "modality": {"0": "FLAIR", "1": "T1w"}, \
      "labels": {"0": "Background", "1": "edema", "2": "tumour"}, "numTraining": 2, "numTest": 1, \
      "training": [{"image": "./imagesTr/a.nii.gz", "label": "./labelsTr/a.nii.gz"}], "test": []}
      """)
    #expect(
      description.document.text(.compact) == """
        {"channel_names": {"0": "FLAIR", "1": "T1w"}, \
        "labels": {"background": 0, "edema": 1, "tumour": 2}, "numTraining": 2, \
        "file_ending": ".nii.gz", "name": "BRATS"}
        """)
    #expect(description.labels.foregroundLabels == [1, 2])
  }

  /// Turned round, one of two labels of the same name would be lost without a word.
  @Test func decathlonLabelsOfOneNameAreRefused() throws {
    let document = try JSONValue(
      parsing:
        #"{"modality": {"0": "CT"}, "labels": {"0": "bg", "1": "a", "2": "a"}, "training": []}"#
    )
    #expect(
      DatasetDescription.problems(in: document, from: "d.json").map(\.description) == [
        #"d.json: field "labels.2": expected a whole number or a list of whole numbers, found "a""#
      ])
  }

  @Test func legacyModalityIsUnderstood() throws {
    let description = try read(
      #"{"modality": {"0": "CT"}, "labels": {"background": 0, "a": 1}, "file_ending": ".nii"}"#)
    #expect(description.channelNames == ["CT"])
    #expect(description.imageReaderName == "NibabelIO")
    #expect(description.numTraining == nil)
  }

  @Test func everyProblemIsListed() throws {
    let document = try JSONValue(
      parsing:
        #"{"channel_names": ["T1"], "labels": {"background": 0, "a": "1"}, "numTraining": -1}"#
    )
    #expect(
      DatasetDescription.problems(in: document, from: "d.json").map(\.description) == [
        #"d.json: field "channel_names": expected an object such as {"0": "T1"}, found ["T1"]"#,
        #"d.json: field "labels.a": expected a whole number or a list of whole numbers, found "1""#,
        #"d.json: field "numTraining": expected a whole number of at least 0, found -1"#,
        #"d.json: the field "file_ending" is missing; add it"#,
      ])
  }

  @Test func missingFieldsAreNamed() throws {
    #expect(throws: DatasetError.missingField(path: "dataset.json", field: "channel_names")) {
      try read(#"{"labels": {"background": 0}}"#)
    }
    #expect(throws: DatasetError.missingField(path: "dataset.json", field: "labels")) {
      try read(#"{"channel_names": {"0": "T1"}}"#)
    }
    #expect(throws: DatasetError.self) { try read("[]") }
  }

  @Test func labelsOfChannelsAreWrittenAndChecked() throws {
    let plain = #"{"channel_names": {"0": "T1"}, "labels": {"background": 0, "b": 7, "a": 3}}"#
    let description = try read(plain)
    let written = description.documentingClassLabels.document
    #expect(written["class_labels"]?.ints == [0, 3, 7])
    let again = try DatasetDescription(written, from: "dataset.json")
    #expect(again.labels == description.labels && again.documentingClassLabels == again)
    // Consecutive labels and regions need no table.
    for text in [
      plain.replacing(try Regex("7"), with: "1").replacing(try Regex("3"), with: "2"),
      plain.replacing(try Regex("7"), with: "[3, 7]")
        .replacing(try Regex("}}"), with: #"}, "regions_class_order": [7, 3]}"#),
    ] {
      let other = try read(text)
      #expect(other.documentingClassLabels == other)
    }
    let changed = plain.replacing(try Regex("}}"), with: #"}, "class_labels": [0, 7, 3]}"#)
    #expect(throws: DatasetError.self) { try read(changed) }
  }

  @Test func partsMakeTheSameDocument() throws {
    let text = """
      {"channel_names": {"0": "T1"}, "labels": {"background": 0, "whole": [1, 2], "core": 2}, \
      "regions_class_order": [1, 2], "numTraining": 4, "file_ending": ".nrrd"}
      """
    let description = try read(text)
    let again = DatasetDescription(
      channelNames: description.channelNames, labels: description.labels, numTraining: 4,
      fileEnding: ".nrrd")
    #expect(again.document.text(.compact) == text)
  }
}

import Datasets
import Testing

@Suite struct LabelSetTests {
  private typealias Structure = LabelSet.Structure

  private let background = Structure(name: "background", labels: [0])

  @Test func exclusiveLabels() throws {
    let labels = try LabelSet(structures: [
      background, Structure(name: "tumour", labels: [2]), Structure(name: "liver", labels: [1]),
      Structure(name: "ignore", labels: [3]),
    ])
    #expect(labels.labels == [0, 1, 2])
    #expect(labels.foregroundLabels == [1, 2])
    #expect(labels.ignoreLabel == 3)
    #expect(labels.permittedValues == [0, 1, 2, 3])
    #expect(labels.maskValues == [0, 1, 2])
    #expect(labels.heads == .labels([0, 1, 2]))
    #expect(labels.heads.count == 3)
    #expect(labels.structures.count == 4)
    #expect(!labels.usesRegions)
    #expect(labels.evaluated.map(\.name) == ["liver", "tumour"])
    #expect(labels.name(of: 2) == "tumour" && labels.name(of: 9) == "9")
  }

  @Test func regions() throws {
    let whole = Structure(name: "whole", labels: [1, 2, 3])
    let core = Structure(name: "core", labels: [2, 3])
    let enhancing = Structure(name: "enhancing", labels: [3])
    let labels = try LabelSet(
      structures: [background, whole, core, enhancing, Structure(name: "ignore", labels: [4])],
      regionsClassOrder: [1, 2, 3])
    #expect(labels.heads == .regions([whole, core, enhancing], paintedAs: [1, 2, 3]))
    #expect(labels.heads.count == 3)
    #expect(labels.usesRegions)
    #expect(labels.evaluated == [whole, core, enhancing])
    #expect(labels.permittedValues == [0, 1, 2, 3, 4])
    // Masks have the values that regions are painted with, whatever the label files have.
    let painted = try LabelSet(structures: [background, whole], regionsClassOrder: [9])
    #expect(painted.maskValues == [0, 9])
  }

  @Test func listsOfOneLabelAreNoRegions() throws {
    let labels = try LabelSet(structures: [background, Structure(name: "a", labels: [1])])
    #expect(!labels.usesRegions)
  }

  @Test func brokenRulesAreNamed() {
    let one = Structure(name: "a", labels: [1])
    let region = Structure(name: "r", labels: [1, 2])
    #expect(throws: LabelSetProblem.noBackground) { try LabelSet(structures: [one]) }
    #expect(throws: LabelSetProblem.backgroundIsNotZero([1])) {
      try LabelSet(structures: [Structure(name: "background", labels: [1])])
    }
    #expect(throws: LabelSetProblem.ignoreIsNotLast([5], expected: 2)) {
      try LabelSet(structures: [background, one, Structure(name: "ignore", labels: [5])])
    }
    #expect(throws: LabelSetProblem.noRegionsClassOrder) {
      try LabelSet(structures: [background, region])
    }
    #expect(throws: LabelSetProblem.regionsClassOrder(count: 2, regions: 1)) {
      try LabelSet(structures: [background, region], regionsClassOrder: [1, 2])
    }
    #expect(throws: LabelSetProblem.paintedOutOfRange(-3)) {
      try LabelSet(structures: [background, region], regionsClassOrder: [-3])
    }
    #expect(throws: LabelSetProblem.labelOutOfRange("a")) {
      try LabelSet(structures: [background, Structure(name: "a", labels: [-1])])
    }
  }
}

import ArgumentParser

struct ROI: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "roi",
    abstract: "Grows, shrinks, cleans and combines masks, cuts regions out of images.",
    discussion: """
      Distances are millimetres between centres of voxels, exact on any spacing. Masks are written on \
      the grid they were read from, bit for bit, so that they fit their images.
      """,
    subcommands: [
      ROIDilate.self, ROIErode.self, ROIOpen.self, ROIClose.self, ROIShell.self,
      ROIComponents.self, ROIFill.self, ROISmooth.self, ROIBoolean.self, ROICrop.self,
      ROIDistance.self, ROIFuse.self, ROIRecipe.self, ROICheck.self,
    ])
}

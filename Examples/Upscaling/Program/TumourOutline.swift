import Phantoms
import RegionsOfInterest
import Resampling
import Volumes

/// What a reader with a threshold tool would draw around bright tumours.
///
/// The threshold lies halfway between the tumours' core and the liver around them; voxels above it count up to 5 mm from where
/// the tumours really end, and so do holes in what they make up. The same rule for every image, so that only images differ.
struct TumourOutline {
  /// The tumours, labelled 1, on the grid of the true labels.
  let labels: LabelMap

  /// - Parameters:
  ///   - image: Any grid.
  ///   - truth: The true labels, which say where to look.
  /// - Throws: If memory does not suffice for the labels on the image's grid.
  init(in image: Volume<Float>, around truth: LabelMap) throws {
    let local = try truth.resampled(onto: image.geometry)
    let tumour = local.mask(of: [PhantomCohort.tumour])
    let liver = local.mask(of: [PhantomCohort.liver])
    let core = tumour.eroded(by: try Ball(radius: 3))
    let near = tumour.dilated(by: try Ball(radius: 5))
    let around = tumour.dilated(by: try Ball(radius: 12))
    func median(_ isCounted: (Int) -> Bool) -> Float {
      let values = image.voxels.indices.filter(isCounted).map { image.voxels[$0] }.sorted()
      return values.isEmpty ? 0 : values[values.count / 2]
    }
    let threshold =
      (median { core.voxels[$0] }
        + median { around.voxels[$0] && !near.voxels[$0] && liver.voxels[$0] }) / 2
    let bright = Mask(
      voxels: image.voxels.indices.map { near.voxels[$0] && image.voxels[$0] > threshold },
      geometry: image.geometry)
    labels = try bright.holesFilled().labelMap().resampled(onto: truth.geometry)
  }
}

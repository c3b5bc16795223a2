public import Evaluation
internal import RegionsOfInterest
public import Volumes

/// What is done to masks after prediction: of some structures only the largest component is kept.
///
/// - Source: nnU-Net v2's `remove_all_but_largest_component_from_segmentation`.
public struct Postprocessing: Hashable, Sendable {
  /// The structures whose smaller components become background, one after the other.
  public var steps: [Structure]

  /// Nothing, or one step per structure.
  public init(steps: [Structure] = []) { self.steps = steps }

  /// A mask after every step.
  ///
  /// A step joins the labels of its structure, finds the components (26 neighbours), and makes
  /// background of all but the largest; of several equally large ones all stay.
  ///
  /// - Complexity: O(voxels) a step.
  public func callAsFunction(_ mask: LabelMap) -> LabelMap {
    var result = mask
    for step in steps {
      let components = ConnectedComponents(
        of: result.mask(of: step.labels), connectivity: .corners)
      guard components.count > 1, let largest = components.sizes.max() else { continue }
      for run in components.runs where components.sizes[run.component - 1] < largest {
        for voxel in run.voxels { result.labels[voxel] = 0 }
      }
    }
    return result
  }
}

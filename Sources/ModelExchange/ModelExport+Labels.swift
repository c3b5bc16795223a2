import Datasets
import Inference

extension ModelExport {
  /// A label whose voxels have another value in nnU-Net's masks.
  public struct RenumberedLabel: Sendable, Equatable {
    /// Its name in `dataset.json`.
    public let name: String
    /// Its value here.
    public let value: Int
    /// Its value in nnU-Net's masks.
    public let exportedValue: Int
  }

  /// The labels that have other values in masks by nnU-Net, ascending; none where labels have no gaps between them.
  ///
  /// nnU-Net numbers the classes of a network and writes these numbers. The exported `dataset.json` says so: its labels are the values of
  /// those masks, and the model's own stand under `original_labels`.
  public var renumberedLabels: [RenumberedLabel] {
    let (old, new) = (model.description.labels, model.description.withConsecutiveLabels.labels)
    return zip(old.labels, new.labels).filter { $0 != $1 }.map { value, exported in
      RenumberedLabel(name: old.name(of: value), value: value, exportedValue: exported)
    }
  }
}

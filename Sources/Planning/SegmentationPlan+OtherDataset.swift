public import Datasets
import JSONDocuments

extension SegmentationPlan {
  /// This plan for another dataset, so that weights trained with it fit a network for that one.
  ///
  /// Resolutions, patches, networks and intensity statistics stay as they are; names change.
  ///
  /// - Parameters:
  ///   - dataset: The other dataset, with as many channels.
  ///   - name: Name of the plans; nil keeps it.
  /// - Returns: The plan under its new names.
  /// - Throws: ``PlanningError/wrongField(file:field:expected:found:)`` if the channels differ in number.
  /// - Source: nnU-Net 2.8.1's `move_plans_between_datasets.py`.
  public func moved(to dataset: Dataset, named name: String? = nil) throws(PlanningError)
    -> SegmentationPlan
  {
    try moved(to: dataset.description, ofDataset: dataset.name, named: name)
  }

  /// This plan for a dataset of which only the description is at hand.
  ///
  /// - Parameters:
  ///   - description: Its `dataset.json`.
  ///   - datasetName: Its name.
  ///   - name: Name of the plans; nil keeps it.
  /// - Returns: The plan under its new names.
  /// - Throws: As ``moved(to:named:)``.
  public func moved(
    to description: DatasetDescription, ofDataset datasetName: String, named name: String? = nil
  ) throws(PlanningError) -> SegmentationPlan {
    guard description.channelNames.count == foregroundIntensities.count else {
      throw .wrongField(
        file: source, field: "foreground_intensity_properties_per_channel",
        expected: "\(description.channelNames.count) channels, as \(datasetName) has",
        found: "\(foregroundIntensities.count)")
    }
    guard var object = document.object else { return self }
    object["dataset_name"] = .string(datasetName)
    object["image_reader_writer"] = .string(description.imageReaderName)
    if let name, name != plansName {
      object["plans_name"] = .string(name)
      var configurations = object["configurations"]?.object ?? JSONObject()
      for (key, value) in configurations.members {
        guard var fields = value.object, let old = fields["data_identifier"]?.string else {
          continue
        }
        fields["data_identifier"] = .string(
          old.hasPrefix(plansName) ? name + old.dropFirst(plansName.count) : "\(name)_\(old)")
        configurations[key] = .object(fields)
      }
      object["configurations"] = .object(configurations)
    }
    return try SegmentationPlan(.object(object), from: source)
  }
}

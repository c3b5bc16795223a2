internal import Evaluation
internal import FileOutput
internal import JSONDocuments
internal import Volumes

extension Postprocessing {
  /// The name of the file beside the masks that a decision was made on.
  public static let fileName = "postprocessing.json"

  /// nnU-Net's name of the only operation there is.
  private static let operation = "remove_all_but_largest_component_from_segmentation"

  /// Reads a `postprocessing.json` of this program or of nnU-Net.
  ///
  /// nnU-Net's `postprocessing.pkl` holds the same; it is a program of Python's and is not read.
  ///
  /// - Parameter path: Path of the file.
  /// - Throws: ``ModelSelectionError/file(path:problem:)``.
  public init(contentsOf path: String) throws(ModelSelectionError) {
    guard !path.hasSuffix(".pkl") else {
      throw .file(
        path: path,
        problem: "is a pickle, which is not read; give the postprocessing.json beside it")
    }
    let document: JSONValue
    do throws(JSONFileError) { document = try JSONValue(contentsOf: path) } catch {
      throw .json(error)
    }
    guard let names = document["postprocessing_fns"]?.strings,
      let settings = document["postprocessing_kwargs"]?.array, names.count == settings.count
    else {
      throw .file(
        path: path,
        problem: "is no postprocessing.json: it needs the lists \"postprocessing_fns\" and "
          + "\"postprocessing_kwargs\", equally long")
    }
    steps = []
    for (name, setting) in zip(names, settings) {
      guard name == Self.operation else {
        throw .file(
          path: path,
          problem: "the operation \(JSONValue.string(name).text(.compact)) is not known, only "
            + "\"\(Self.operation)\"; choose the post-processing again with find-best")
      }
      guard setting["background_label"]?.int ?? 0 == 0,
        let value = setting["labels_or_regions"], let structure = Self.structure(value)
      else {
        throw .file(
          path: path,
          problem: "\"labels_or_regions\" must be a label or a list of labels, and the background 0"
        )
      }
      steps.append(structure)
    }
  }

  /// A label, a region, or a list of either, which are joined.
  private static func structure(_ value: JSONValue) -> Structure? {
    if let label = value.int { return LabelMap.Label(exactly: label).map { .label($0) } }
    guard let elements = value.array, !elements.isEmpty else { return nil }
    var labels: [LabelMap.Label] = []
    for element in elements {
      guard let part = structure(element) else { return nil }
      labels += part.labels
    }
    return .region(labels)
  }

  /// The members that say what is done, as in nnU-Net's file.
  var members: [(name: String, value: JSONValue)] {
    [
      ("postprocessing_fns", .array(steps.map { _ in .string(Self.operation) })),
      (
        "postprocessing_kwargs",
        .array(
          steps.map { step in
            switch step {
            case .label(let label): ["labels_or_regions": .integer(Int(label))]
            case .region(let labels):
              ["labels_or_regions": .array(labels.map { .integer(Int($0)) })]
            }
          })
      ),
    ]
  }
}

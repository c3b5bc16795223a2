import FileOutput
import Foundation
import JSONDocuments
import RegionsOfInterest
import SuperResolution
import VolumeFiles
import Volumes

/// How far PyRadiomics' features of interpolated images and of a model's agree with those of the truth.
final class UpscalingFeatures {
  /// What is compared with the truth.
  private static var kinds: [(name: String, image: KeyPath<UpscalingComparison, Volume<Float>>)] {
    [("linear", \.linear), ("cubic", \.cubic), ("model", \.model)]
  }

  private let program: RadiomicsProgram
  private let masks: UpscaleLabels
  private var truth: [FeatureAgreement.Features] = []
  /// By ``kinds``, of the same regions as the truth's.
  private var found: [[FeatureAgreement.Features]] = kinds.map { _ in [] }

  init(_ program: RadiomicsProgram, masks: UpscaleLabels) {
    self.program = program
    self.masks = masks
  }

  /// Computes the features of an image's regions.
  ///
  /// - Parameters:
  ///   - images: What is compared.
  ///   - file: The file of the image, whose label map is taken.
  ///   - name: A name for messages.
  ///   - warn: Told about every region that PyRadiomics refuses; it is left out.
  /// - Throws: What is wrong with the label map, or with PyRadiomics.
  func add(
    _ images: UpscalingComparison, of file: String, _ name: String, warn: (String) -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/delineate_\(UUID().uuidString)"
    try createFolder(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let extent = images.truth.extent
    let whole = try masks.map(of: file)
    var map = whole.cropped(
      to: VoxelBox(x: 0..<extent.x, y: 0..<extent.y, z: 0..<extent.z))
    map.geometry = images.truth.geometry
    try map.write(to: "\(folder)/mask.nii")
    try images.truth.write(to: "\(folder)/truth.nii")
    for kind in Self.kinds {
      try images[keyPath: kind.image].write(to: "\(folder)/\(kind.name).nii")
    }
    let kinds = ["truth"] + Self.kinds.map(\.name)
    let labels = Set(map.labels).subtracting([0]).sorted()
    let answers = try program.answers(
      to: labels.flatMap { label in
        kinds.map {
          .init(
            image: "\(folder)/\($0).nii", mask: "\(folder)/mask.nii", label: Int(label))
        }
      })
    for (index, label) in labels.enumerated() {
      var features: [FeatureAgreement.Features] = []
      for answer in answers[index * kinds.count..<(index + 1) * kinds.count] {
        switch answer {
        case .features(let values): features.append(values)
        case .refused(let reason): warn("\(name): label \(label) is left out: \(reason)")
        }
      }
      guard features.count == kinds.count else { continue }
      truth.append(features[0])
      for kind in Self.kinds.indices { found[kind].append(features[kind + 1]) }
    }
  }

  private var agreements: [(name: String, agreement: FeatureAgreement)] {
    zip(Self.kinds, found).map { ($0.name, FeatureAgreement(of: $1, with: truth)) }
  }

  /// The fields of a report.
  var document: JSONValue {
    var fields: JSONObject = ["regions": .integer(truth.count)]
    for (name, agreement) in agreements { fields[name] = agreement.document }
    return .object(fields)
  }

  /// The lines of a table.
  var rows: [[String]] {
    [["features in \(truth.count) regions", "median CCC", "CCC >= 0.85", "CCC >= 0.90"]]
      + agreements.map { name, agreement in
        [
          name, fixed(agreement.median, 3),
          "\(fixed(100 * agreement.share(atLeast: 0.85), 1)) %",
          "\(fixed(100 * agreement.share(atLeast: 0.9), 1)) %",
        ]
      }
  }
}

public import Volumes

/// A picture of a volume's slices with the outlines of its reference and its prediction.
///
/// The top row shows the three planes where the smallest structure is largest, the rows below axial
/// slices from foot to head. With both label maps, the reference is drawn as a broad line under the
/// prediction's thin one; with a single one, every label has its own colour.
public struct Overlay: Sendable {
  /// How the picture is made.
  public struct Settings: Hashable, Sendable {
    /// Width of the picture in pixels.
    public var width = 1200
    /// Axial slices below the three planes.
    public var axialSlices = 8
    /// Percentiles of the intensities that become black and white.
    public var window = 0.5...99.5
    /// Names of the labels for the legend; others are numbered.
    public var labelNames: [LabelMap.Label: String] = [:]

    /// The usual picture.
    public init() {}
  }

  let volume: Volume<Float>
  let reference: LabelMap?
  let prediction: LabelMap?
  /// Several people's label maps in place of reference and prediction.
  let raters: [(name: String, map: LabelMap)]
  let title: String
  let settings: Settings

  /// A picture to be made of a volume and up to two label maps on its grid.
  ///
  /// - Parameters:
  ///   - volume: The volume; oblique ones are shown along their own axes.
  ///   - reference: Labels taken as true, if there are any.
  ///   - prediction: Labels to compare with them, if there are any.
  ///   - title: Heading, for example the case's name.
  ///   - settings: How the picture is made.
  public init(
    of volume: Volume<Float>, reference: LabelMap? = nil, prediction: LabelMap? = nil,
    title: String, settings: Settings = Settings()
  ) {
    for labels in [reference, prediction] {
      if let labels {
        precondition(
          labels.extent == volume.extent, "labels of \(labels.extent) over \(volume.extent)")
      }
    }
    let codes = AxisCodes("LPS") ?? volume.geometry.axisCodes
    self.volume = volume.reoriented(to: codes)
    // The volume's own grid counts, so that all three are turned alike.
    func turned(_ map: LabelMap?) -> LabelMap? {
      map.map { LabelMap(labels: $0.labels, geometry: volume.geometry).reoriented(to: codes) }
    }
    self.reference = turned(reference)
    self.prediction = turned(prediction)
    raters = []
    self.title = title
    self.settings = settings
  }

  /// A picture to be made of a volume and what several raters drew on its grid, each in a colour.
  ///
  /// - Parameters:
  ///   - volume: The volume; oblique ones are shown along their own axes.
  ///   - raters: Names for the legend, and label maps.
  ///   - title: Heading, for example the case's name.
  ///   - settings: How the picture is made.
  public init(
    of volume: Volume<Float>, raters: [(name: String, map: LabelMap)], title: String,
    settings: Settings = Settings()
  ) {
    let codes = AxisCodes("LPS") ?? volume.geometry.axisCodes
    self.volume = volume.reoriented(to: codes)
    self.raters = raters.map { name, map in
      precondition(
        map.extent == volume.extent, "labels of \(map.extent) over \(volume.extent)")
      return (
        name, LabelMap(labels: map.labels, geometry: volume.geometry).reoriented(to: codes)
      )
    }
    reference = nil
    prediction = nil
    self.title = title
    self.settings = settings
  }

  /// All label maps.
  var maps: [LabelMap] { [reference, prediction].compactMap(\.self) + raters.map(\.map) }
}

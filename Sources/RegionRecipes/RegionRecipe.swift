public import RegionsOfInterest
public import Resampling
public import Volumes

/// What is made of the images and masks of every case of a cohort: small images of regions, for a
/// network or for people.
///
/// The steps are always in this order: images and mask are brought to a grid, the mask is grown, a box
/// is laid around it and cut out, intensities are windowed, the box is resized, channels are fused.
public struct RegionRecipe: Hashable, Sendable {
  /// One of the images of a case.
  public struct Image: Hashable, Sendable {
    /// The column of the cohort's table with its path.
    public var column: String
    /// What becomes 0 and 1, in the image's unit, such as HU or SUV.
    public var window: IntensityWindow
    /// Value beyond the image.
    public var outside: Float
  }

  /// A channel of what is made.
  public enum Channel: Hashable, Sendable {
    /// An image by its place.
    case image(Int)
    /// Two images fused.
    case fusion(first: Int, second: Int, ImageFusion)
  }

  /// Whether the parts of a region are one or several.
  public enum Lesions: String, Hashable, Sendable, CaseIterable {
    /// One box around all.
    case together
    /// A box around each part connected over corners, from the largest.
    case each
  }

  /// A format of what is made.
  public enum Format: String, Hashable, Sendable, CaseIterable {
    /// A picture of 16 bits for every slice, grey or in three colours; 0 to 1 becomes 0 to 65535.
    case png
    /// A stack of all slices and channels, in single precision.
    case tiff
    /// A series of one volume per channel in single precision, and the mask beside it, in place.
    case nifti
  }

  /// The images; the first one's grid counts.
  public var images: [Image]
  /// Columns of the cohort's table with the paths of masks, such as one per rater.
  public var masks: [String]
  /// Labels that make up the region; nil, all but background.
  public var labels: [LabelMap.Label]?
  /// Whether the parts of a region are one or several.
  public var lesions = Lesions.together
  /// Millimetres between voxels along the axes of the first image; nil, as they are.
  public var spacing: Vector3?
  /// How images are interpolated on that grid.
  public var interpolation = Interpolation.linear
  /// Millimetres by which the region is grown.
  public var dilation = 0.0
  /// The box around it; slices are those across the third axis of the first image.
  public var crop = RegionCrop()
  /// Voxels along x and y, and z, of what is made; nil, as many as the box has.
  public var size: [Int]?
  /// How the box is resized.
  public var resizing = Resizing.linear
  /// The channels.
  public var channels: [Channel]
  /// The formats.
  public var formats: [Format]
}

/// Why two images cannot be registered.
public enum RegistrationError: Error, Equatable, Sendable {
  /// Which of the two images.
  public enum Role: String, Equatable, Sendable {
    /// The image that stays.
    case fixed
    /// The image that is brought over.
    case moving
  }

  /// An image has too few voxels along an axis for a registration in three dimensions.
  case flat(Role, size: String)
  /// An image has one value everywhere, or nothing but what is not a number.
  case constant(Role)
  /// The grid of an image is degenerate.
  case degenerate(Role)
  /// A mask is on another grid than its image.
  case maskGrid(Role, mask: String, image: String)
  /// A mask holds no voxel.
  case emptyMask(Role)
  /// Too few points are left to compare at a level.
  case fewSamples(count: Int, spacing: Double)
  /// No start brings enough of the fixed image into the moving image.
  case noOverlap(share: Double)
  /// The search would not fit into memory.
  case tooLarge(neededBytes: Int, availableBytes: Int)
  /// A setting makes no sense.
  case setting(String)
}

extension RegistrationError: CustomStringConvertible {
  /// One line: what is wrong, expected and found, what to do.
  public var description: String {
    switch self {
    case .flat(let role, let size):
      "the \(role.rawValue) image has \(size) voxels, expected at least 4 along every axis;"
        + " registration is three-dimensional, stack the slices first"
    case .constant(let role):
      "the \(role.rawValue) image has no intensity variation (inside its mask, if there is one);"
        + " check that it is the image"
    case .degenerate(let role):
      "the grid of the \(role.rawValue) image is degenerate; repair the spacing and the direction"
        + " of its header"
    case .maskGrid(let role, let mask, let image):
      "the \(role.rawValue) mask is on another grid (\(mask)) than its image (\(image)); resample"
        + " it with 'resample --labels --like IMAGE'"
    case .emptyMask(let role):
      "the \(role.rawValue) mask marks no voxel; check that it is the mask"
    case .fewSamples(let count, let spacing):
      "only \(count) points are left to compare at \(spacing) mm, expected at least 50; enlarge the"
        + " fixed mask, or leave out the coarse levels"
    case .noOverlap(let share):
      "only \((share * 1000).rounded() / 10) % of the fixed image come to lie in the moving image,"
        + " whatever the start; check that the two show the same region, or give an initial transform"
    case .tooLarge(let needed, let available):
      "the registration would need about \(needed >> 20) MiB of memory, \(available >> 20) MiB are"
        + " free; choose a smaller range or fewer voxels along the longest axis, or resample the"
        + " images"
    case .setting(let problem):
      problem
    }
  }
}

/// A bare three-dimensional array, last axis fastest: one channel, or one label array, on its way
/// into or out of the network.
///
/// Unlike ``Volume`` it has no place in the world and its axes may have been transposed.
public struct VoxelArray<Element: Sendable>: Sendable {
  /// Lengths of the axes, slowest first.
  public var shape: Shape3
  /// The elements; (i, j, k) stands at `(i * height + j) * width + k`.
  public var elements: [Element]

  /// An array from its elements, last axis fastest.
  public init(shape: Shape3, elements: [Element]) {
    precondition(
      elements.count == shape.count, "\(elements.count) elements do not fill shape \(shape)")
    self.shape = shape
    self.elements = elements
  }

  /// An array with one value everywhere.
  public init(repeating value: Element, shape: Shape3) {
    self.init(shape: shape, elements: Array(repeating: value, count: shape.count))
  }

  /// Element (i, j, k).
  public subscript(i: Int, j: Int, k: Int) -> Element {
    get { elements[(i * shape.height + j) * shape.width + k] }
    set { elements[(i * shape.height + j) * shape.width + k] = newValue }
  }
}

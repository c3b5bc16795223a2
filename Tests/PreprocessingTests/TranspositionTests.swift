import Preprocessing
import Testing
import Volumes

@Suite struct TranspositionTests {
  static let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]

  /// Shapes beside and across the tiles of 16.
  @Test(
    arguments: orders, [Shape3(1, 1, 1), Shape3(5, 17, 33), Shape3(16, 3, 40), Shape3(20, 32, 1)])
  func everyElementFindsItsPlace(order: [Int], shape: Shape3) {
    let array = VoxelArray(shape: shape, elements: (0..<shape.count).map(Float.init))
    let turned = array.transposed(by: order)
    #expect(turned.shape == Shape3(order.map { shape[$0] }))
    var wrong = 0
    for i in 0..<shape.depth {
      for j in 0..<shape.height {
        for k in 0..<shape.width {
          let place = order.map { [i, j, k][$0] }
          if turned[place[0], place[1], place[2]] != array[i, j, k] { wrong += 1 }
        }
      }
    }
    #expect(wrong == 0)
    let back = (0..<3).map { axis in order.firstIndex(of: axis) ?? axis }
    #expect(turned.transposed(by: back).elements == array.elements)
    let labels = VoxelArray(shape: shape, elements: array.elements.map { UInt16($0) })
    #expect(labels.transposed(by: order).elements == turned.elements.map { UInt16($0) })
  }
}

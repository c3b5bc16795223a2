import Testing
import Volumes

@Suite struct Matrix3Tests {
  @Test func inverseUndoesTheMatrix() throws {
    let matrix = Matrix3(columns: Vector3(2, 1, 0), Vector3(-1, 3, 0.5), Vector3(0, 4, 1))
    let product = matrix * (try #require(matrix.inverse))
    for row in 0..<3 {
      for column in 0..<3 {
        #expect(abs(product[row, column] - (row == column ? 1 : 0)) < 1e-14)
      }
    }
  }

  @Test func singularMatrixHasNoInverse() {
    #expect(Matrix3(columns: Vector3(1, 2, 3), Vector3(2, 4, 6), Vector3(0, 0, 1)).inverse == nil)
  }
}

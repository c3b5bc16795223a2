import Parallelism
import Planning
package import Preprocessing
import Resampling
import Tensors
package import Volumes

/// How many of a case's logits are in memory at a time.
package enum KeptLogits: Sendable {
  /// Those of as many planes as a window has.
  case planes
  /// All.
  case whole
}

extension Predictor {
  /// Refuses a case that does not fit into memory, before hours of computing.
  ///
  /// - Parameters:
  ///   - shape: Extent of the preprocessed case.
  ///   - properties: The way back to its image.
  ///   - logits: How many are kept.
  ///   - id: Its name.
  ///   - available: Bytes of memory that are free.
  /// - Throws: ``InferenceError/memory(id:neededBytes:availableBytes:)``.
  package func checkMemory(
    for shape: Shape3, of properties: CaseProperties, keeping logits: KeptLogits, id: String,
    available: Int
  ) throws(InferenceError) {
    let bytes = memory(for: shape, of: properties, keeping: logits)
    let needed = Int(exactly: bytes.rounded()) ?? .max
    guard needed < available else {
      throw .memory(id: id, neededBytes: needed, availableBytes: available)
    }
  }

  /// Bytes that segmenting a case takes at its peak, beside its channels.
  private func memory(
    for shape: Shape3, of properties: CaseProperties, keeping logits: KeptLogits
  ) -> Double {
    let (window, classes) = (slidingWindow.window, slidingWindow.classes)
    let configuration = preprocessor.configuration
    // What all layers give is more than what is alive at one time.
    let activations =
      Double(
        configuration.architecture.featureMapElements(
          patch: configuration.patchSize, classes: classes))
      * Double(slidingWindow.batchSize * slidingWindow.device.precision.bytes)
    // The sums of all classes and of the weights.
    let sums =
      4 * Double(classes + 1) * Double(window.depth)
      * Double(max(shape.height, window.height)) * Double(max(shape.width, window.width))
    // Labels: cropped, pasted, transposed.
    let image = Double(properties.shapeBeforeCropping.count * MemoryLayout<LabelMap.Label>.stride)
    let change = preprocessor.spacingChange(from: properties.spacing)
    let slabs = export.scheme.slabBytes(
      channels: classes, from: shape, to: properties.shapeAfterCropping,
      spacing: SpacingChange(current: change.new, new: change.current))
    switch logits {
    case .planes: return max(sums + activations + slabs + image, 3 * image)
    case .whole:
      let whole = 4 * Double(classes) * Double(shape.count)
      return whole + max(sums + activations, slabs + 3 * image)
    }
  }
}

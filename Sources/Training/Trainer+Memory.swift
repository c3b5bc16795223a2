import Inference
import Networks
import Parallelism
import Planning
package import Tensors

extension Trainer {
  /// Bytes that a step takes at its peak.
  ///
  /// - Parameter precision: The number format of activations.
  /// - Returns: The bytes, as a number that cannot overflow.
  package func stepBytes(precision: Precision) -> Double {
    let patch = configuration.patchSize
    let voxels = Double(batchSize) * patch.reduce(1.0) { $0 * Double($1) }
    // Measured on U-Nets of three to six stages: what the convolutions give, what the normalisations make of it, and gradients on
    // their way come to two and a half times the elements the plan counts. Logits and their gradients are float32 always: with many
    // classes they are the most.
    let elements = configuration.architecture.featureMapElements(
      patch: patch, classes: architecture.classes)
    let logits = voxels * Double(architecture.classes)
    let features = Double(elements) * Double(batchSize) - logits
    let activations = 2.5 * features * Double(precision.bytes) + 10 * logits
    // Weights, gradients and momentum, and the forms in which oneDNN wants the weights.
    let weights = architecture.weightCount * 4 * 6
    // Images as they are made and as the network reads them; labels of all levels.
    let batch = voxels * (Double(architecture.inputChannels) * 8 + 4)
    return activations + weights + batch
  }

  /// Refuses a network or a batch that does not fit into memory, before anything is allocated for it.
  ///
  /// - Parameter available: Bytes of free memory, or nil where the system does not say.
  /// - Throws: ``TrainingError/memory(neededBytes:availableBytes:)``.
  package func checkMemory(available: Int?) throws(TrainingError) {
    guard let available else { return }
    let needed = stepBytes(precision: settings.precision ?? .automatic)
    guard needed < Double(available) else {
      throw .memory(neededBytes: Int(min(needed, 0x1p62)), availableBytes: available)
    }
  }
}

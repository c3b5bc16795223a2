import Inference
import Parallelism

/// Refuses work whose numbers alone do not fit into memory.
///
/// - Parameters:
///   - name: What needs it, for the message.
///   - bytes: How much it needs at least.
/// - Throws: `InferenceError.memory`.
func checkMemory(for name: String, bytes: Double) throws(InferenceError) {
  guard let available = SystemMemory.available, bytes >= Double(available) else { return }
  throw .memory(id: name, neededBytes: Int(min(bytes, 0x1p62)), availableBytes: available)
}

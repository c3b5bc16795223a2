import FileOutput

/// Begins the folder of a model, which appears when it is complete; folders above it are made.
///
/// - Parameter path: The folder, where nothing or an empty folder may be.
/// - Returns: The folder to be filled.
/// - Throws: ``ModelExchangeError/output(_:)``.
func beginModel(_ path: String) throws(ModelExchangeError) -> AtomicFolder {
  do throws(FileOutputError) {
    try createFolder(enclosingFolder(of: path))
    return try AtomicFolder(creating: path)
  } catch {
    throw .output(error)
  }
}

/// Writes something and turns the error into this module's.
func writing(_ step: () throws(FileOutputError) -> Void) throws(ModelExchangeError) {
  do throws(FileOutputError) { try step() } catch { throw .output(error) }
}

/// Writes a whole file so that its name never stands for anything but complete content, old or new.
///
/// - Parameters:
///   - bytes: The content.
///   - path: The name; its folder must exist.
/// - Throws: ``FileOutputError``; the previous content, if any, is then untouched.
public func writeAtomically(_ bytes: [UInt8], to path: String) throws(FileOutputError) {
  let file = try AtomicFile(replacing: path)
  try file.write(bytes.span.bytes)
  try file.commit()
}

/// Writes a text, as UTF-8, so that its name never stands for anything but complete content, old or
/// new.
///
/// - Parameters:
///   - text: The content.
///   - path: The name; its folder must exist.
/// - Throws: ``FileOutputError``; the previous content, if any, is then untouched.
public func writeAtomically(_ text: String, to path: String) throws(FileOutputError) {
  try writeAtomically(Array(text.utf8), to: path)
}

/// Lets a library that wants a file name write a file that appears only when it is complete.
///
/// - Parameters:
///   - path: The final name; its folder must exist.
///   - wrap: Turns this module's error into the caller's.
///   - body: Writes the file under the temporary name it is given, an existing empty file.
/// - Throws: What `body` throws, or a wrapped ``FileOutputError``; the previous content, if any, is
///   then untouched.
public func writeAtomically<Failure: Error>(
  to path: String, wrapping wrap: (FileOutputError) -> Failure,
  _ body: (_ temporaryPath: String) throws(Failure) -> Void
) throws(Failure) {
  let file = try wrapped(by: wrap) { () throws(FileOutputError) in try AtomicFile(replacing: path) }
  try body(file.temporaryPath)
  do throws(FileOutputError) { try file.commit() } catch { throw wrap(error) }
}

private func wrapped<Failure: Error>(
  by wrap: (FileOutputError) -> Failure, _ body: () throws(FileOutputError) -> AtomicFile
) throws(Failure) -> AtomicFile {
  do throws(FileOutputError) { return try body() } catch { throw wrap(error) }
}

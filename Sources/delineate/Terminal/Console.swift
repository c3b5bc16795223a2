import ArgumentParser
import JSONDocuments
import Parallelism
import Synchronization
import Workspaces

#if canImport(Glibc)
  import Glibc
#endif

/// Options of every subcommand.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print one JSON object on standard output and nothing else there.")
  var json = false

  @Flag(help: "Print no messages and no progress, only errors.")
  var quiet = false

  @Flag(help: "Also print what caused an error.")
  var verbose = false

  @Option(help: ArgumentHelp("Threads to use; all processors by default.", valueName: "n"))
  var threads: Int?

  func validate() throws {
    if let threads, !(1...4096 ~= threads) {
      throw ValidationError("--threads must be from 1 to 4096, not \(threads)")
    }
    if quiet, verbose { throw ValidationError("--quiet and --verbose contradict each other") }
  }

  /// Sets the threads and opens the console.
  func start() -> Console {
    if let threads { ThreadBudget.set(threads: threads) }
    return Console(isQuiet: quiet, isJSON: json)
  }
}

/// Where results and messages go: results to standard output, all else to standard error.
final class Console: Sendable {
  let isQuiet: Bool
  let isJSON: Bool
  /// Bars and lines that overwrite themselves are for terminals only.
  let isTerminal: Bool
  private let line = Mutex(LiveLine())

  private struct LiveLine {
    var text = ""
    var written = ContinuousClock.now - .seconds(1)
    var step = ""
    var stepStart = ContinuousClock.now
  }

  init(isQuiet: Bool, isJSON: Bool) {
    self.isQuiet = isQuiet
    self.isJSON = isJSON
    isTerminal = isatty(2) == 1
  }

  /// One line for people, on standard error.
  func message(_ text: String) {
    guard !isQuiet else { return }
    line.withLock { line in
      clear(&line)
      writeToStandardError(text + "\n")
    }
  }

  /// A line that replaces the one before; nothing where there is no terminal.
  func live(_ text: String) {
    guard isTerminal, !isQuiet else { return }
    line.withLock { line in
      guard ContinuousClock.now - line.written > .milliseconds(100) else { return }
      show(text, &line)
    }
  }

  /// A bar of how far a step has come, with the time left; nothing where there is no terminal.
  func progress(_ step: String, _ done: Int, _ total: Int) {
    guard isTerminal, !isQuiet, total > 0 else { return }
    line.withLock { line in
      let now = ContinuousClock.now
      if line.step != step || done <= 1 { (line.step, line.stepStart) = (step, now) }
      if done >= total {
        clear(&line)
        return
      }
      guard now - line.written > .milliseconds(100) else { return }
      let share = Double(done) / Double(total)
      let filled = Int(share * 30)
      let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled)
      let elapsed = (now - line.stepStart) / .seconds(1)
      let left = done > 1 ? ", \(duration(elapsed / share - elapsed)) left" : ""
      show("\(step) [\(bar)] \(done)/\(total)\(left)", &line)
    }
  }

  /// What libraries tell.
  var observer: StepObserver {
    StepObserver(
      message: { self.message($0) }, progress: { self.progress($0, $1, $2) })
  }

  /// The result: as JSON if that was asked for, or else as text.
  func result(_ document: JSONValue, text: String) {
    line.withLock { clear(&$0) }
    writeToStandardOutput(isJSON ? document.text() + "\n" : text)
  }

  private func show(_ text: String, _ line: inout LiveLine) {
    writeToStandardError("\r\u{1B}[2K" + text)
    line.text = text
    line.written = .now
  }

  private func clear(_ line: inout LiveLine) {
    if !line.text.isEmpty { writeToStandardError("\r\u{1B}[2K") }
    line.text = ""
  }
}

/// Writes to standard error, unbuffered.
func writeToStandardError(_ text: String) { write(text, to: 2) }

/// Writes to standard output.
func writeToStandardOutput(_ text: String) { write(text, to: 1) }

private func write(_ text: String, to descriptor: Int32) {
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if count < 0 {
      if errno == EINTR { continue }
      return
    }
    bytes = bytes.dropFirst(count)
  }
}

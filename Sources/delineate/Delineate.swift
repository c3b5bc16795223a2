import ArgumentParser
import Workspaces

#if canImport(Glibc)
  import Glibc
#endif

/// The program: every subcommand parses its arguments, calls one library function and prints.
@main
struct Delineate: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "delineate",
    abstract: "Learns to outline tumours and organs in 3-D medical images, on a CPU.",
    discussion: """
      The whole path on made-up patients:  delineate demo --output demo
      From your own labelled volumes:      delineate train DATASET --workspace WORKSPACE
      Masks for new volumes:               delineate predict --model WORKSPACE/models/3d_fullres \
      --input IMAGES --output MASKS
      """,
    version: version,
    subcommands: [
      Demo.self, Info.self, Check.self, Convert.self, DICOMCommand.self, FingerprintCommand.self,
      Plan.self,
      Preprocess.self, Train.self, Predict.self, Ensemble.self, Evaluate.self, Accumulate.self,
      FindBest.self, Postprocess.self, Resample.self, Register.self, Warp.self, Normalise.self,
      ROI.self, RatersCommand.self, Upscale.self, Model.self, Benchmark.self,
    ])

  /// Runs a subcommand; whatever goes wrong is one line on standard error and an exit status.
  ///
  /// 0 is success, 1 failure, 2 problems found in the data, 64 arguments that make no sense.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let error as WorkspaceError {
      guard case .problems(_, let lines, _) = error else {
        fail(error.description, error)
        Glibc.exit(1)
      }
      for line in lines { writeToStandardError("\(line)\n") }
      fail(error.description, error)
      Glibc.exit(2)
    } catch {
      let code = exitCode(for: error)
      // Help and version are answers, not errors.
      if code == .success || error is ExitCode { Self.exit(withError: error) }
      fail(message(for: error), error)
      Glibc.exit(code.rawValue)
    }
  }

  private static func fail(_ message: String, _ error: any Error) {
    let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    writeToStandardError("error: \(line)\n")
    if CommandLine.arguments.contains("--verbose") {
      writeToStandardError("cause: \(String(reflecting: error))\n")
    }
  }
}

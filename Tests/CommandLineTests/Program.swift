import Foundation
import JSONDocuments
import TestSupport

/// The built program, which lies beside the tests.
enum Program {
  /// What a run left behind.
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String

    /// The lines on standard error.
    var errorLines: [Substring] { errors.split(separator: "\n") }
    /// Standard output as JSON; nil unless it is one document and nothing else.
    var json: JSONValue? { try? JSONValue(parsing: output) }
  }

  static let path: String = {
    let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent(
      "delineate"
    ).path
  }()

  /// A run that goes on beside the test.
  final class Run {
    let process = Process()
    private let folder: TemporaryFolder

    init(_ arguments: [String]) throws {
      folder = try TemporaryFolder()
      process.executableURL = URL(fileURLWithPath: Program.path)
      process.arguments = arguments
      process.environment = ["COLUMNS": "80", "PATH": "/usr/bin:/bin"]
      for name in ["out", "err"] {
        _ = FileManager.default.createFile(atPath: "\(folder.path)/\(name)", contents: nil)
      }
      process.standardOutput = FileHandle(forWritingAtPath: "\(folder.path)/out")
      process.standardError = FileHandle(forWritingAtPath: "\(folder.path)/err")
      process.standardInput = FileHandle.nullDevice
      try process.run()
    }

    func end() throws -> Outcome {
      process.waitUntilExit()
      return Outcome(
        status: process.terminationStatus,
        output: try String(contentsOfFile: "\(folder.path)/out", encoding: .utf8),
        errors: try String(contentsOfFile: "\(folder.path)/err", encoding: .utf8))
    }
  }

  static func run(_ arguments: String...) throws -> Outcome { try run(arguments) }

  static func run(_ arguments: [String]) throws -> Outcome { try Run(arguments).end() }
}

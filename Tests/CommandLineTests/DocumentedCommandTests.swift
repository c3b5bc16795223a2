import Foundation
import Testing

/// Every command of the documentation exists, with every option it is given.
struct DocumentedCommandTests {
  /// The lines of the page that begin with the program's name.
  static let commands: [String] = {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent(
        "../../Sources/Workspaces/Workspaces.docc/ComingFromNNUNet.md")
    let text = (try? String(contentsOf: page, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map(String.init).filter { $0.hasPrefix("delineate ") }
  }()

  @Test func thePageHasCommands() {
    #expect(Self.commands.count >= 15)
  }

  @Test(arguments: commands) func commandAndOptionsExist(_ line: String) throws {
    let words = line.split(separator: " ").dropFirst().map(String.init)
    // A group such as model has commands of its own.
    let groups: Set = ["model", "benchmark"]
    let command = Array(words.prefix(groups.contains(words[0]) ? 2 : 1))
    let help = try Program.run(command + ["--help"])
    #expect(help.status == 0)
    #expect(help.output.contains("USAGE: delineate \(command.joined(separator: " ")) "))
    let known = Set(help.output.split { " \n,[]()|".contains($0) })
    for option in words where option.hasPrefix("--") {
      #expect(known.contains(option[...]), "\(option) is no option of \(command)")
    }
  }
}

import ArgumentParser

@main
struct Delineate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delineate",
    abstract: "Learns to outline tumours and organs in 3-D medical images.")
}

import ArgumentParser

/// Registration of images, of a study, and of the channels of a patient.
struct Register: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Brings moving images into line with a fixed image.",
    discussion: """
      Without a subcommand: register --fixed FILE --moving FILE... --output FILE, described by \
      'delineate register images --help'.
      """,
    subcommands: [RegisterImages.self, RegisterCohort.self, RegisterCase.self],
    defaultSubcommand: RegisterImages.self)
}

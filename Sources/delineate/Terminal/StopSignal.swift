import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Ctrl-C and SIGTERM turned into a request to finish the current step and save; a second one quits at once.
enum StopSignal {
  private static let requested = Atomic<Bool>(false)

  /// Whether somebody asked to stop.
  static var isRequested: Bool { requested.load(ordering: .relaxed) }

  private static let listens = Atomic<Bool>(false)

  /// Starts listening, if it does not already.
  static func listen() {
    if listens.exchange(true, ordering: .relaxed) { return }
    // Makes the flag before a handler, which must not allocate, touches it.
    _ = isRequested
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] {
      sigaddset(&signals, number)
      signal(number) { received in
        if StopSignal.requested.exchange(true, ordering: .relaxed) { _exit(128 + received) }
      }
    }
    // Whoever started the program may have had them blocked, which is inherited.
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Lets the signals end the program again.
  static func release() {
    for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    listens.store(false, ordering: .relaxed)
  }
}

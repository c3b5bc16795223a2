#if canImport(Glibc)
  import Glibc
#endif

/// The machine's memory, so that work that can choose how much it holds at once does not run out of it.
public enum SystemMemory {
  /// Bytes that new work may take without the system swapping, or nil where it does not say.
  public static var available: Int? { kilobytes("MemAvailable").map { $0 << 10 } }

  /// Bytes of memory in the machine, or nil where it does not say.
  public static var total: Int? { kilobytes("MemTotal").map { $0 << 10 } }

  /// Largest number of bytes that this process has had in memory.
  public static var peakResident: Int {
    var usage = rusage()
    // 0 is RUSAGE_SELF, which glibc declares as another type than the function takes.
    getrusage(__rusage_who_t(0), &usage)
    return usage.ru_maxrss << 10
  }

  /// A field of `/proc/meminfo`.
  private static func kilobytes(_ field: String) -> Int? {
    guard let file = fopen("/proc/meminfo", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
      guard text.hasPrefix(field + ":") else { continue }
      return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }
    return nil
  }
}

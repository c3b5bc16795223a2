#if canImport(Glibc)
  import Glibc
#endif

/// The machine's memory, so that work that can choose how much it holds at once does not run out of it.
public enum SystemMemory {
  /// Bytes that new work may take without the system swapping, or nil where it does not say.
  ///
  /// In a container with a limit of its own, what is left of that limit if it is less.
  public static var available: Int? {
    let system = kilobytes("MemAvailable").map { $0 << 10 }
    guard let limit = number(in: "/sys/fs/cgroup/memory.max"),
      let used = number(in: "/sys/fs/cgroup/memory.current")
    else { return system }
    // Cached file contents count as used, but give way.
    let cached = field("inactive_file", of: "/sys/fs/cgroup/memory.stat") ?? 0
    let left = max(0, limit - used + cached)
    return min(system ?? left, left)
  }

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
  private static func kilobytes(_ name: String) -> Int? { field(name + ":", of: "/proc/meminfo") }

  /// The number that a file consists of; nil where there is no file or it says something else, such as `max`.
  private static func number(in path: String) -> Int? {
    lines(of: path).first.flatMap { $0.split(separator: "\n").first }.flatMap { Int($0) }
  }

  /// The number after a name at the start of a line.
  private static func field(_ name: String, of path: String) -> Int? {
    for line in lines(of: path) {
      let words = line.split(whereSeparator: \.isWhitespace)
      if words.first == name[...] { return words.dropFirst().first.flatMap { Int($0) } }
    }
    return nil
  }

  private static func lines(of path: String) -> [String] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var lines: [String] = []
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      lines.append(
        String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
    return lines
  }
}

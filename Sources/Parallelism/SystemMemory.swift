#if canImport(Glibc)
  import Glibc
#endif

/// The machine's memory, so that work that can choose how much it holds at once does not run out of it.
public enum SystemMemory {
  /// Bytes that new work may take without the system swapping, or nil where it does not say.
  ///
  /// In a container or a group of processes with a limit of its own, what is left of that limit if it
  /// is less.
  public static var available: Int? { MemoryFiles().available }

  /// Bytes of memory in the machine, or nil where it does not say.
  public static var total: Int? { MemoryFiles().total }

  /// Largest number of bytes that this process has had in memory.
  public static var peakResident: Int {
    var usage = rusage()
    // 0 is RUSAGE_SELF, which glibc declares as another type than the function takes.
    getrusage(__rusage_who_t(0), &usage)
    return usage.ru_maxrss << 10
  }
}

/// What Linux tells of memory in the files below a root.
///
/// - Source: The kernel's `Documentation/filesystems/proc.rst`, `admin-guide/cgroup-v2.rst` and
///   `admin-guide/cgroup-v1/memory.rst`.
package struct MemoryFiles {
  private let root: String

  /// - Parameter root: The folder that holds `proc` and `sys`; empty for the system's own.
  package init(root: String = "") { self.root = root }

  /// Bytes of memory in the machine.
  package var total: Int? { kilobytes("MemTotal") }

  /// Bytes that are free, or become so where caches give way, in the machine and in every group of
  /// processes that this one belongs to.
  package var available: Int? {
    let groups = memberships.flatMap { version, path in
      enclosing(path).map { group in
        switch version {
        case .first: leftInFirstVersion(of: group)
        case .second: left(in: group)
        }
      }
    }
    return ([kilobytes("MemAvailable")] + groups).compactMap { $0 }.min()
  }

  /// The two interfaces that the kernel has for groups.
  private enum GroupVersion {
    case first
    case second
  }

  /// The path of every group that may count memory.
  private var memberships: [(version: GroupVersion, path: String)] {
    let found = lines(of: "/proc/self/cgroup").compactMap {
      line -> (version: GroupVersion, path: String)? in
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return nil }
      if fields[1].isEmpty { return (.second, String(fields[2])) }
      return fields[1].split(separator: ",").contains("memory") ? (.first, String(fields[2])) : nil
    }
    return found.isEmpty ? [(.second, "/")] : found
  }

  /// What is left of a group's limit; a container sees its own as the outermost group.
  private func left(in group: String) -> Int? {
    let folder = "/sys/fs/cgroup" + group
    let limits = ["memory.max", "memory.high"].compactMap { number(in: "\(folder)/\($0)") }
    guard let limit = limits.min(), let used = number(in: "\(folder)/memory.current") else {
      return nil
    }
    // Cached file contents count as used, but give way.
    let cached = field("inactive_file", of: "\(folder)/memory.stat") ?? 0
    return max(0, limit - used + cached)
  }

  private func leftInFirstVersion(of group: String) -> Int? {
    let folder = "/sys/fs/cgroup/memory" + group
    guard let limit = number(in: "\(folder)/memory.limit_in_bytes"),
      let used = number(in: "\(folder)/memory.usage_in_bytes")
    else { return nil }
    let cached = field("total_inactive_file", of: "\(folder)/memory.stat") ?? 0
    return max(0, limit - used + cached)
  }

  /// A path and those above it, the last being empty.
  private func enclosing(_ path: String) -> [String] {
    let parts = path.split(separator: "/")
    return (0...parts.count).reversed().map { count in
      parts.prefix(count).map { "/" + $0 }.joined()
    }
  }

  /// A field of `/proc/meminfo`, in bytes.
  private func kilobytes(_ name: String) -> Int? {
    field(name + ":", of: "/proc/meminfo").map { $0 << 10 }
  }

  /// The number that a file consists of; nil where there is no file or it says something else, such as `max`.
  private func number(in path: String) -> Int? { lines(of: path).first.flatMap { Int($0) } }

  /// The number after a name at the start of a line.
  private func field(_ name: String, of path: String) -> Int? {
    for line in lines(of: path) {
      let words = line.split(whereSeparator: \.isWhitespace)
      if words.first == name[...] { return words.dropFirst().first.flatMap { Int($0) } }
    }
    return nil
  }

  private func lines(of path: String) -> [Substring] {
    guard let file = fopen(root + path, "r") else { return [] }
    defer { fclose(file) }
    var text: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    // The kernel's files have a few kilobytes.
    while text.count < 1 << 20 {
      let count = fread(&piece, 1, piece.count, file)
      if count == 0 { break }
      text += piece[..<count]
    }
    return String(decoding: text, as: UTF8.self).split(separator: "\n")
  }
}

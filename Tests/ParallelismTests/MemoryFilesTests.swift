import FileOutput
import Glibc
import Parallelism
import TestSupport
import Testing

/// What is read from files as Linux has them on a plain machine and in containers.
@Suite struct MemoryFilesTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try write(
      "proc/meminfo",
      "MemTotal:       16000000 kB\nMemFree:         1000000 kB\nMemAvailable:    8000000 kB\n")
  }

  private var files: MemoryFiles { MemoryFiles(root: folder.path) }

  private func write(_ name: String, _ text: String) throws {
    var path = folder.path
    for part in name.split(separator: "/").dropLast() {
      path += "/" + part
      mkdir(path, 0o755)
    }
    try writeAtomically(text, to: folder.path + "/" + name)
  }

  /// A group of the second version.
  private func group(
    _ path: String, max: String, current: Int, inactive: Int, high: String = "max"
  ) throws {
    let place = "sys/fs/cgroup" + path
    try write("\(place)/memory.max", max + "\n")
    try write("\(place)/memory.high", high + "\n")
    try write("\(place)/memory.current", "\(current)\n")
    try write(
      "\(place)/memory.stat", "anon 5\nfile 7\nactive_file 99\ninactive_file \(inactive)\n")
  }

  @Test func machineWithoutGroups() {
    #expect(files.total == 16_000_000 << 10)
    #expect(files.available == 8_000_000 << 10)
    #expect(MemoryFiles(root: folder.path + "/none").available == nil)
    #expect(MemoryFiles(root: folder.path + "/none").total == nil)
  }

  @Test func containerThatSeesItselfAsTheRoot() throws {
    try write("proc/self/cgroup", "0::/\n")
    try group("", max: "1000000", current: 900_000, inactive: 50_000)
    #expect(files.available == 150_000)
    // No limit of its own.
    try group("", max: "max", current: 900_000, inactive: 50_000)
    #expect(files.available == 8_000_000 << 10)
    // More in use than is allowed.
    try group("", max: "1000", current: 5000, inactive: 100)
    #expect(files.available == 0)
  }

  @Test func containerThatSeesThePathOfItsHost() throws {
    // The path is the host's; below the mount there is the container's own group only.
    try write("proc/self/cgroup", "0::/docker/0123\n")
    try group("", max: "1000000", current: 300_000, inactive: 0)
    #expect(files.available == 700_000)
  }

  @Test func everyEnclosingGroupCounts() throws {
    try write("proc/self/cgroup", "0::/user.slice/job.scope\n")
    try group("/user.slice/job.scope", max: "9000000", current: 1_000_000, inactive: 0)
    try group("/user.slice", max: "5000000", current: 4_000_000, inactive: 250_000)
    #expect(files.available == 1_250_000)
    try group("/user.slice/job.scope", max: "1500000", current: 1_000_000, inactive: 0)
    #expect(files.available == 500_000)
    // Beyond this one processes are slowed down until nothing works.
    try group(
      "/user.slice/job.scope", max: "1500000", current: 1_000_000, inactive: 0, high: "1200000")
    #expect(files.available == 200_000)
  }

  @Test func firstVersion() throws {
    try write(
      "proc/self/cgroup",
      "9:name=systemd:/\n5:cpu,cpuacct:/a\n4:memory:/jobs/7\n0::/\n")
    let group = "sys/fs/cgroup/memory/jobs/7"
    try write("\(group)/memory.limit_in_bytes", "2000000\n")
    try write("\(group)/memory.usage_in_bytes", "1500000\n")
    try write(
      "\(group)/memory.stat", "inactive_file 1\ntotal_inactive_file 100000\n")
    #expect(files.available == 600_000)
    // What the kernel writes for no limit.
    try write("\(group)/memory.limit_in_bytes", "9223372036854771712\n")
    #expect(files.available == 8_000_000 << 10)
  }
}

import Glibc

/// Makes a folder inside one that exists.
func makeFolder(_ path: String) throws {
  struct Failure: Error { let path: String }
  guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw Failure(path: path) }
}

/// Cuts a file off.
func truncateFile(_ path: String, to byteCount: Int) throws {
  struct Failure: Error { let path: String }
  guard truncate(path, byteCount) == 0 else { throw Failure(path: path) }
}

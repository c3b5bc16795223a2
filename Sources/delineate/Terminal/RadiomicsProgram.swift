import FileOutput
import Foundation
import JSONDocuments

/// PyRadiomics in a Python of the user's, which computes features of images in regions.
struct RadiomicsProgram {
  /// An image and a region of it.
  struct Request {
    let image: String
    let mask: String
    let label: Int
  }

  /// What came of a request.
  enum Answer {
    /// Features of first order and of texture, by their names.
    case features([String: Double])
    /// PyRadiomics has no features for the region.
    case refused(reason: String)
  }

  private let python: String
  private let binWidth: Double?

  /// - Parameters:
  ///   - python: A Python, by its path or as found on the search path.
  ///   - binWidth: Width of the bins of intensities; nil divides the range in every region into 32.
  /// - Throws: A `RadiomicsFailure` if it has no PyRadiomics.
  init(python: String, binWidth: Double?) throws {
    self.python = python
    self.binWidth = binWidth
    _ = try run("import radiomics", input: nil)
  }

  /// The answers to requests, in their order.
  func answers(to requests: [Request]) throws -> [Answer] {
    let folder = FileManager.default.temporaryDirectory.path + "/delineate_\(UUID().uuidString)"
    try createFolder(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let lines = requests.map { request -> String in
      let fields: JSONValue = [
        "image": .string(request.image), "mask": .string(request.mask),
        "label": .integer(request.label),
      ]
      return fields.text(.compact) + "\n"
    }
    try writeAtomically(lines.joined(), to: "\(folder)/requests.jsonl")
    let output = try run(Self.script, input: "\(folder)/requests.jsonl")
    let answers = output.split(separator: "\n").map { try? JSONValue(parsing: String($0)) }
    guard answers.count == requests.count else {
      throw RadiomicsFailure(
        python: python, problem: "gave \(answers.count) results for \(requests.count) regions")
    }
    return try answers.map { answer in
      if let reason = answer?["problem"]?.string { return .refused(reason: reason) }
      guard let fields = answer?.object else {
        throw RadiomicsFailure(python: python, problem: "gave what is no JSON")
      }
      return .features(
        Dictionary(
          uniqueKeysWithValues: fields.names.compactMap { name in
            fields[name]?.double.map { (name, $0) }
          }))
    }
  }

  private func run(_ script: String, input: String?) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [python, "-c", script] + (binWidth.map { ["\($0)"] } ?? [])
    process.standardInput =
      input.flatMap { FileHandle(forReadingAtPath: $0) } ?? FileHandle.nullDevice
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    // PyRadiomics is told to be silent, so that what it has to say of errors fits the pipe.
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let complaint = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let lines = String(decoding: complaint, as: UTF8.self).split(separator: "\n")
      throw RadiomicsFailure(
        python: python,
        problem: "PyRadiomics does not run (\(lines.last ?? "no message")); install it by "
          + "`\(python) -m pip install pyradiomics`, or name another Python by --pyradiomics")
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads a request per line from standard input, and answers each by a line.
  private static let script = """
    import json, logging, sys
    from radiomics import featureextractor
    logging.getLogger("radiomics").setLevel(logging.CRITICAL)
    bins = {"binWidth": float(sys.argv[1])} if len(sys.argv) > 1 else {"binCount": 32}
    extractor = featureextractor.RadiomicsFeatureExtractor(**bins)
    extractor.disableAllFeatures()
    for name in ("firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm"):
        extractor.enableFeatureClassByName(name)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            found = extractor.execute(request["image"], request["mask"], label=request["label"])
            answer = {name: float(value) for name, value in found.items() if name.startswith("original_")}
            answer = {name: value for name, value in answer.items() if value - value == 0}
        except Exception as error:
            answer = {"problem": " ".join(str(error).split())}
        print(json.dumps(answer), flush=True)
    """
}

/// Why PyRadiomics gives no features.
struct RadiomicsFailure: Error, CustomStringConvertible {
  let python: String
  let problem: String

  var description: String { "\(python): \(problem)" }
}

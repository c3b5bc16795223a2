// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Delineate",
  products: [
    .executable(name: "delineate", targets: ["delineate"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // C libraries: one module map each, imported by one Swift module only.
    .target(name: "COpenMP", linkerSettings: [.linkedLibrary("gomp")]),

    .target(name: "COneDNN", linkerSettings: [.linkedLibrary("dnnl")]),

    // Foundations.
    .target(name: "FileOutput"),
    .target(name: "Parallelism", dependencies: ["COpenMP"]),
    .target(name: "RandomNumbers"),
    .target(name: "JSONDocuments"),
    .target(name: "Safetensors", dependencies: ["FileOutput", "JSONDocuments"]),
    .target(name: "Volumes"),

    // Networks.
    .target(name: "Tensors", dependencies: ["COneDNN", "Parallelism"]),

    .target(name: "Networks", dependencies: ["RandomNumbers", "Tensors"]),
    // Images and label maps.
    .target(
      name: "Evaluation", dependencies: ["FileOutput", "JSONDocuments", "Parallelism", "Volumes"]),

    // Tests.
    .target(
      name: "TestSupport", dependencies: ["RandomNumbers", "Volumes"], path: "Tests/TestSupport"),
    .testTarget(name: "FileOutputTests", dependencies: ["FileOutput", "TestSupport"]),
    .testTarget(name: "ParallelismTests", dependencies: ["Parallelism"]),
    .testTarget(name: "JSONDocumentsTests", dependencies: ["JSONDocuments"]),
    .testTarget(
      name: "SafetensorsTests",
      dependencies: ["FileOutput", "RandomNumbers", "Safetensors", "TestSupport"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "EvaluationTests",
      dependencies: [
        "Evaluation", "FileOutput", "JSONDocuments", "RandomNumbers", "Safetensors", "TestSupport",
        "Volumes",
      ],
      exclude: ["Fixtures"]),
    .testTarget(name: "RandomNumbersTests", dependencies: ["RandomNumbers"]),
    .testTarget(
      name: "TensorsTests",
      dependencies: ["JSONDocuments", "Parallelism", "RandomNumbers", "Tensors", "TestSupport"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "NetworksTests",
      dependencies: [
        "JSONDocuments", "Networks", "Parallelism", "RandomNumbers", "Safetensors", "Tensors",
        "TestSupport",
      ]),
    .testTarget(name: "VolumesTests", dependencies: ["Volumes", "TestSupport"]),

    .executableTarget(
      name: "delineate",
      dependencies: [
        "Parallelism", "Volumes",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)

for target in package.targets
where target.type != .system && !["COpenMP", "COneDNN"].contains(target.name) {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("InternalImportsByDefault"),
      .enableUpcomingFeature("MemberImportVisibility"),
      .treatAllWarnings(as: .error),
    ]
}

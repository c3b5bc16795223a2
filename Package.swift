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
    .target(name: "CNIfTI"),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CTIFF", pkgConfig: "libtiff-4", providers: [.apt(["libtiff-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

    // Foundations.
    .target(name: "FileOutput"),
    .target(name: "Parallelism", dependencies: ["COpenMP"]),
    .target(name: "RandomNumbers"),
    .target(name: "JSONDocuments"),
    .target(name: "Volumes"),
    .target(
      name: "VolumeFiles",
      dependencies: ["CNIfTI", "CPNG", "CTIFF", "CZlib", "FileOutput", "Volumes"]),

    // Data and plans.
    .target(
      name: "Presets", path: "Plans", resources: [.embedInCode("planner")]),
    .target(
      name: "Datasets",
      dependencies: [
        "FileOutput", "JSONDocuments", "Parallelism", "RandomNumbers", "VolumeFiles", "Volumes",
      ]),
    .target(
      name: "Planning",
      dependencies: [
        "Datasets", "FileOutput", "JSONDocuments", "Parallelism", "Presets", "RandomNumbers",
        "Volumes",
      ]),

    // Tests.
    .target(
      name: "TestSupport", dependencies: ["JSONDocuments", "RandomNumbers", "Volumes"],
      path: "Tests/TestSupport"),
    .testTarget(name: "FileOutputTests", dependencies: ["FileOutput", "TestSupport"]),
    .testTarget(name: "ParallelismTests", dependencies: ["Parallelism"]),
    .testTarget(name: "JSONDocumentsTests", dependencies: ["JSONDocuments"]),
    .testTarget(name: "RandomNumbersTests", dependencies: ["RandomNumbers"]),
    .testTarget(
      name: "VolumeFilesTests",
      dependencies: ["FileOutput", "RandomNumbers", "TestSupport", "VolumeFiles", "Volumes"],
      exclude: ["Fixtures"]),
    .testTarget(name: "VolumesTests", dependencies: ["RandomNumbers", "Volumes", "TestSupport"]),
    .testTarget(
      name: "DatasetsTests",
      dependencies: [
        "Datasets", "FileOutput", "JSONDocuments", "TestSupport", "VolumeFiles", "Volumes",
      ]),
    .testTarget(
      name: "PlanningTests",
      dependencies: [
        "Datasets", "FileOutput", "JSONDocuments", "Parallelism", "Planning", "RandomNumbers",
        "TestSupport", "VolumeFiles", "Volumes",
      ], exclude: ["Fixtures"]),

    .executableTarget(
      name: "delineate",
      dependencies: [
        "Parallelism", "Volumes",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system && target.name != "COpenMP" {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("InternalImportsByDefault"),
      .enableUpcomingFeature("MemberImportVisibility"),
      .treatAllWarnings(as: .error),
    ]
}

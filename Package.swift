// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Delineate",
  products: [
    .executable(name: "delineate", targets: ["delineate"]),
    .library(
      name: "Delineate",
      targets: [
        "JSONDocuments", "PresetFiles", "Parallelism", "RandomNumbers", "Safetensors",
        "DeflateStreams", "ZipArchives", "TorchCheckpoints", "Volumes", "VolumeFiles",
        "DICOMSeries",
        "Resampling", "RegionsOfInterest", "RegionRecipes", "Evaluation", "Raters",
        "SimulatedRaters", "Tensors",
        "Networks", "Datasets", "Planning", "Preprocessing", "Augmentation", "Inference",
        "ONNXFiles",
        "ModelExchange", "Training",
        "Reports", "Phantoms", "Benchmarks", "Workspaces", "ModelSelection",
        "SpatialTransforms", "TransformFiles", "Registration", "SuperResolution",
      ]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // C libraries: one bridge each, imported by one Swift module only.
    .target(name: "COpenMP", linkerSettings: [.linkedLibrary("gomp")]),
    .target(name: "COneDNN", linkerSettings: [.linkedLibrary("dnnl")]),
    .target(name: "CMatrixTiles"),
    .target(name: "CNIfTI"),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CTIFF", pkgConfig: "libtiff-4", providers: [.apt(["libtiff-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

    // Foundations.
    .target(name: "ElementaryFunctions"),
    .target(name: "FileOutput"),
    .target(name: "JSONDocuments"),
    .target(name: "Parallelism", dependencies: ["COpenMP"]),
    .target(name: "RandomNumbers", dependencies: ["ElementaryFunctions"]),
    .target(name: "Safetensors", dependencies: ["FileOutput", "JSONDocuments"]),
    .target(name: "DeflateStreams", dependencies: ["CZlib"]),
    .target(name: "ZipArchives", dependencies: ["DeflateStreams", "FileOutput"]),
    .target(name: "TorchCheckpoints", dependencies: ["JSONDocuments", "ZipArchives"]),

    // Images and label maps.
    .target(name: "Volumes"),
    .target(
      name: "VolumeFiles",
      dependencies: [
        "CNIfTI", "CPNG", "CTIFF", "DeflateStreams", "FileOutput", "JSONDocuments", "Parallelism",
        "Volumes", "ZipArchives",
      ]),
    .target(name: "DICOMSeries", dependencies: ["Volumes"]),
    .target(name: "Resampling", dependencies: ["Parallelism", "Volumes"]),
    .target(
      name: "SpatialTransforms", dependencies: ["ElementaryFunctions", "Parallelism", "Volumes"]),
    .target(
      name: "TransformFiles",
      dependencies: ["FileOutput", "SpatialTransforms", "VolumeFiles", "Volumes"]),
    .target(
      name: "RegionsOfInterest",
      dependencies: ["ElementaryFunctions", "Parallelism", "Resampling", "Volumes"]),
    .target(
      name: "Evaluation",
      dependencies: [
        "FileOutput", "JSONDocuments", "Parallelism", "RandomNumbers", "RegionsOfInterest",
        "Volumes",
      ]),
    .target(
      name: "Raters",
      dependencies: [
        "ElementaryFunctions", "Evaluation", "FileOutput", "JSONDocuments", "Parallelism",
        "RegionsOfInterest", "Volumes",
      ]),
    .target(
      name: "SimulatedRaters",
      dependencies: [
        "ElementaryFunctions", "Parallelism", "RandomNumbers", "RegionsOfInterest", "Resampling",
        "Volumes",
      ]),
    .target(
      name: "Registration",
      dependencies: [
        "ElementaryFunctions", "JSONDocuments", "Parallelism", "PresetFiles", "RandomNumbers",
        "Resampling", "SpatialTransforms", "Volumes",
      ]),

    // Networks.
    .target(name: "Tensors", dependencies: ["CMatrixTiles", "COneDNN", "Parallelism"]),
    .target(name: "Networks", dependencies: ["RandomNumbers", "Tensors"]),
    .target(name: "ONNXFiles", dependencies: ["FileOutput", "Networks", "Tensors"]),

    // Segmentation, from a dataset to masks.
    .target(
      name: "Datasets",
      dependencies: [
        "FileOutput", "JSONDocuments", "Parallelism", "RandomNumbers", "VolumeFiles", "Volumes",
      ]),
    .target(
      name: "Presets", path: "Plans",
      resources: [
        .embedInCode("planner"), .embedInCode("registration"), .embedInCode("super-resolution"),
        .embedInCode("roi"),
      ]),
    .target(name: "PresetFiles", dependencies: ["JSONDocuments", "Presets"]),
    .target(
      name: "RegionRecipes",
      dependencies: [
        "Datasets", "FileOutput", "JSONDocuments", "PresetFiles", "RegionsOfInterest", "Resampling",
        "VolumeFiles", "Volumes",
      ]),
    .target(
      name: "Planning",
      dependencies: [
        "Datasets", "ElementaryFunctions", "FileOutput", "JSONDocuments", "Parallelism", "Presets",
        "RandomNumbers", "Volumes",
      ]),
    .target(
      name: "Preprocessing",
      dependencies: [
        "Datasets", "FileOutput", "JSONDocuments", "Parallelism", "Planning", "RandomNumbers",
        "Resampling", "Safetensors", "VolumeFiles", "Volumes",
      ]),
    .target(
      name: "Augmentation",
      dependencies: ["Parallelism", "RandomNumbers", "RegionsOfInterest", "Volumes"]),
    .target(
      name: "Inference",
      dependencies: [
        "Datasets", "ElementaryFunctions", "FileOutput", "JSONDocuments", "Networks",
        "Parallelism", "Planning", "Preprocessing", "Resampling", "Safetensors", "Tensors",
        "TorchCheckpoints", "VolumeFiles", "Volumes",
      ]),
    .target(
      name: "ModelExchange",
      dependencies: [
        "Datasets", "FileOutput", "Inference", "JSONDocuments", "Networks", "ONNXFiles",
        "Parallelism", "Planning", "Safetensors", "Tensors", "TorchCheckpoints", "VolumeFiles",
        "ZipArchives",
      ]),
    .target(
      name: "Training",
      dependencies: [
        "Augmentation", "Datasets", "ElementaryFunctions", "Evaluation", "FileOutput", "Inference",
        "JSONDocuments", "Networks", "Parallelism", "Planning", "Preprocessing", "RandomNumbers",
        "Safetensors", "Tensors", "VolumeFiles", "Volumes",
      ]),
    .target(
      name: "SuperResolution",
      dependencies: [
        "ElementaryFunctions", "FileOutput", "JSONDocuments", "Networks", "Parallelism",
        "PresetFiles",
        "RandomNumbers", "Raters", "Safetensors", "Tensors", "VolumeFiles", "Volumes",
      ]),
    .target(name: "Reports", dependencies: ["Parallelism", "VolumeFiles", "Volumes"]),
    .target(
      name: "Phantoms",
      dependencies: [
        "FileOutput", "JSONDocuments", "Parallelism", "RandomNumbers", "VolumeFiles", "Volumes",
      ]),
    .target(
      name: "Benchmarks",
      dependencies: [
        "Datasets", "Inference", "Networks", "Parallelism", "Planning", "Preprocessing",
        "RandomNumbers", "RegionsOfInterest", "Resampling", "Tensors", "Volumes",
      ]),
    .target(
      name: "Workspaces",
      dependencies: [
        "Datasets", "Evaluation", "FileOutput", "Inference", "JSONDocuments", "Networks",
        "Parallelism", "Phantoms", "Planning", "Preprocessing", "RandomNumbers", "Reports",
        "Resampling", "Safetensors", "Tensors", "Training", "VolumeFiles", "Volumes",
      ]),
    .target(
      name: "ModelSelection",
      dependencies: [
        "Datasets", "Evaluation", "FileOutput", "Inference", "JSONDocuments", "Parallelism",
        "Planning", "RegionsOfInterest", "Training", "VolumeFiles", "Volumes", "Workspaces",
      ]),

    // Tests.
    .target(
      name: "TestSupport", dependencies: ["JSONDocuments", "RandomNumbers", "Volumes"],
      path: "Tests/TestSupport"),
    .testTarget(name: "FileOutputTests", dependencies: ["FileOutput", "TestSupport"]),
    .testTarget(name: "JSONDocumentsTests", dependencies: ["JSONDocuments"]),
    .testTarget(
      name: "ParallelismTests", dependencies: ["FileOutput", "Parallelism", "TestSupport"]),
    .testTarget(name: "RandomNumbersTests", dependencies: ["RandomNumbers"]),
    .testTarget(
      name: "SafetensorsTests",
      dependencies: ["FileOutput", "RandomNumbers", "Safetensors", "TestSupport"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "DeflateStreamsTests", dependencies: ["DeflateStreams", "RandomNumbers"]),
    .testTarget(
      name: "ZipArchivesTests",
      dependencies: ["FileOutput", "RandomNumbers", "TestSupport", "ZipArchives"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "TorchCheckpointsTests",
      dependencies: [
        "FileOutput", "JSONDocuments", "RandomNumbers", "TestSupport", "TorchCheckpoints",
        "ZipArchives",
      ], exclude: ["Fixtures"]),
    .testTarget(name: "VolumesTests", dependencies: ["RandomNumbers", "TestSupport", "Volumes"]),
    .testTarget(
      name: "VolumeFilesTests",
      dependencies: [
        "FileOutput", "JSONDocuments", "RandomNumbers", "TestSupport", "VolumeFiles", "Volumes",
      ], exclude: ["Comparison", "Fixtures"]),
    .testTarget(
      name: "DICOMSeriesTests",
      dependencies: ["DICOMSeries", "JSONDocuments", "TestSupport", "Volumes"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "ResamplingTests",
      dependencies: [
        "JSONDocuments", "Parallelism", "Resampling", "TestSupport", "VolumeFiles", "Volumes",
      ], exclude: ["Fixtures"]),
    .testTarget(
      name: "SpatialTransformsTests",
      dependencies: [
        "Parallelism", "RandomNumbers", "Resampling", "SpatialTransforms", "TestSupport", "Volumes",
      ]),
    .testTarget(
      name: "TransformFilesTests",
      dependencies: [
        "JSONDocuments", "RandomNumbers", "Resampling", "SpatialTransforms", "TestSupport",
        "TransformFiles", "VolumeFiles", "Volumes",
      ], exclude: ["Fixtures"]),
    .testTarget(
      name: "RegistrationTests",
      dependencies: [
        "JSONDocuments", "Parallelism", "Phantoms", "PresetFiles", "RandomNumbers", "Registration",
        "Resampling", "SpatialTransforms", "TestSupport", "VolumeFiles", "Volumes",
      ], exclude: ["Comparison", "Fixtures"]),
    .testTarget(
      name: "RegionsOfInterestTests",
      dependencies: [
        "Parallelism", "RandomNumbers", "RegionsOfInterest", "Resampling", "Safetensors",
        "TestSupport", "Volumes",
      ], exclude: ["Comparison", "Fixtures"]),
    .testTarget(
      name: "EvaluationTests",
      dependencies: [
        "Evaluation", "FileOutput", "JSONDocuments", "RandomNumbers", "RegionsOfInterest",
        "Safetensors", "TestSupport", "VolumeFiles", "Volumes",
      ], exclude: ["Comparison", "Fixtures"]),
    .testTarget(
      name: "RatersTests",
      dependencies: [
        "Evaluation", "JSONDocuments", "Parallelism", "RandomNumbers", "Raters",
        "RegionsOfInterest", "Safetensors", "TestSupport", "Volumes",
      ], exclude: ["Fixtures"]),
    .testTarget(
      name: "SimulatedRatersTests",
      dependencies: [
        "Parallelism", "RandomNumbers", "RegionsOfInterest", "Resampling", "SimulatedRaters",
        "TestSupport", "Volumes",
      ], exclude: ["Comparison"]),
    .testTarget(
      name: "RegionRecipesTests",
      dependencies: [
        "JSONDocuments", "PresetFiles", "RegionRecipes", "RegionsOfInterest", "Resampling",
        "TestSupport", "VolumeFiles", "Volumes",
      ]),
    .testTarget(
      name: "TensorsTests",
      dependencies: [
        "JSONDocuments", "Parallelism", "RandomNumbers", "Safetensors", "Tensors", "TestSupport",
      ], exclude: ["Fixtures"]),
    .testTarget(
      name: "SuperResolutionTests",
      dependencies: [
        "JSONDocuments", "Networks", "Parallelism", "PresetFiles", "RandomNumbers", "Safetensors",
        "SuperResolution", "Tensors", "TestSupport", "Volumes",
      ], exclude: ["Comparison", "Fixtures"]),
    .testTarget(
      name: "NetworksTests",
      dependencies: [
        "JSONDocuments", "Networks", "Parallelism", "RandomNumbers", "Safetensors", "Tensors",
        "TestSupport",
      ]),
    .testTarget(
      name: "DatasetsTests",
      dependencies: [
        "Datasets", "FileOutput", "JSONDocuments", "RandomNumbers", "TestSupport", "VolumeFiles",
        "Volumes",
      ]),
    .testTarget(
      name: "PlanningTests",
      dependencies: [
        "Datasets", "FileOutput", "JSONDocuments", "Parallelism", "Planning", "RandomNumbers",
        "TestSupport", "VolumeFiles", "Volumes",
      ], exclude: ["Fixtures"]),
    .testTarget(
      name: "PreprocessingTests",
      dependencies: [
        "Datasets", "FileOutput", "JSONDocuments", "Parallelism", "Planning", "Preprocessing",
        "RandomNumbers", "Resampling", "Safetensors", "TestSupport", "VolumeFiles", "Volumes",
      ], exclude: ["Fixtures"]),
    .testTarget(
      name: "AugmentationTests",
      dependencies: [
        "Augmentation", "JSONDocuments", "Parallelism", "RandomNumbers", "TestSupport", "Volumes",
      ], exclude: ["Fixtures"]),
    .testTarget(
      name: "ReportsTests",
      dependencies: ["RandomNumbers", "Reports", "TestSupport", "VolumeFiles", "Volumes"]),
    .testTarget(
      name: "PhantomsTests",
      dependencies: [
        "Datasets", "JSONDocuments", "Parallelism", "Phantoms", "RandomNumbers", "TestSupport",
        "VolumeFiles", "Volumes",
      ]),
    .testTarget(
      name: "CommandLineTests",
      dependencies: [
        "JSONDocuments", "RandomNumbers", "Safetensors", "SuperResolution", "TestSupport",
        "VolumeFiles", "Volumes", "delineate",
      ], exclude: ["Fixtures"]),
    .testTarget(
      name: "InferenceTests",
      dependencies: [
        "Datasets", "FileOutput", "Inference", "JSONDocuments", "Networks", "Planning",
        "Preprocessing", "RandomNumbers", "Resampling", "Safetensors", "Tensors", "TestSupport",
        "VolumeFiles", "Volumes",
      ], exclude: ["Fixtures"]),
    .testTarget(
      name: "ModelExchangeTests",
      dependencies: [
        "Datasets", "Inference", "JSONDocuments", "ModelExchange", "Networks", "Tensors",
        "TestSupport", "TorchCheckpoints", "VolumeFiles", "ZipArchives",
      ], exclude: ["Fixtures"]),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Augmentation", "Datasets", "Evaluation", "FileOutput", "Inference", "JSONDocuments",
        "ModelExchange", "Networks", "Parallelism", "Planning", "Preprocessing", "RandomNumbers",
        "Safetensors", "Tensors", "TestSupport", "TorchCheckpoints", "Training", "VolumeFiles",
        "Volumes",
      ]),
    .testTarget(
      name: "WorkspacesTests",
      dependencies: [
        "Datasets", "FileOutput", "Inference", "JSONDocuments", "Networks", "Phantoms", "Planning",
        "Preprocessing", "Tensors", "TestSupport", "Training", "VolumeFiles", "Volumes",
        "Workspaces",
      ]),
    .testTarget(
      name: "ModelSelectionTests",
      dependencies: [
        "Datasets", "Evaluation", "Inference", "JSONDocuments", "ModelSelection", "Safetensors",
        "TestSupport", "VolumeFiles", "Volumes",
      ], exclude: ["Comparison", "Fixtures"]),

    // The program and the examples.
    .executableTarget(
      name: "delineate",
      dependencies: [
        "FileOutput", "JSONDocuments", "Parallelism", "PresetFiles", "RandomNumbers", "Safetensors",
        "Volumes", "VolumeFiles", "Resampling", "RegionsOfInterest", "RegionRecipes", "Evaluation",
        "Raters", "SimulatedRaters", "Tensors", "Networks", "Datasets", "Planning", "Preprocessing",
        "Augmentation", "Inference",
        "ModelExchange", "Training", "Reports", "Phantoms", "Benchmarks", "Workspaces",
        "ModelSelection", "SpatialTransforms", "TransformFiles", "Registration",
        "DICOMSeries", "SuperResolution",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "LibraryExample",
      dependencies: [
        "Datasets", "Inference", "Planning", "Preprocessing", "Training", "VolumeFiles", "Volumes",
      ], path: "Examples/Library", exclude: ["README.md"]),
    .executableTarget(
      name: "RegistrationPhantoms",
      dependencies: ["FileOutput", "Phantoms", "VolumeFiles", "Volumes"],
      path: "Examples/Registration/Phantoms"),
    .executableTarget(
      name: "UpscalingExample",
      dependencies: [
        "FileOutput", "Parallelism", "Phantoms", "RegionsOfInterest", "Resampling", "VolumeFiles",
        "Volumes",
      ], path: "Examples/Upscaling/Program"),
  ],
  swiftLanguageModes: [.v6]
)

/// Targets written in C, which take none of Swift's settings.
let bridges: Set = ["CMatrixTiles", "COneDNN", "COpenMP", "CNIfTI"]

for target in package.targets where target.type != .system && !bridges.contains(target.name) {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("InternalImportsByDefault"),
      .enableUpcomingFeature("MemberImportVisibility"),
      .treatAllWarnings(as: .error),
    ]
}

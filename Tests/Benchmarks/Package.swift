// swift-tools-version: 6.2
import PackageDescription

// Beside the main package, so that `swift build` and `swift test` never build it. Always run in release.

let package = Package(
    name: "benchmarks",
    dependencies: [.package(name: "muster", path: "../..")],
    targets: [
        .executableTarget(
            name: "LookupBenchmark",
            dependencies: [
                .product(name: "AccessControl", package: "muster"),
                .product(name: "SiteModel", package: "muster"),
            ],
            path: "LookupBenchmark"),
        .executableTarget(
            name: "AppendBenchmark",
            dependencies: [
                .product(name: "AttendanceLedger", package: "muster"),
                .product(name: "SQLiteStore", package: "muster"),
                .product(name: "SiteModel", package: "muster"),
            ],
            path: "AppendBenchmark"),
        .executableTarget(
            name: "SearchBenchmark",
            dependencies: [
                .product(name: "PersonnelChanges", package: "muster"),
                .product(name: "Pinyin", package: "muster"),
                .product(name: "SiteModel", package: "muster"),
            ],
            path: "SearchBenchmark"),
    ],
    swiftLanguageModes: [.v6]
)

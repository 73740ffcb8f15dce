// swift-tools-version: 6.2
import PackageDescription

// Beside the main package, so that `swift build` and `swift test` never build it. `run.sh` builds and runs.

let drivers: [Target.Dependency] = [
    .product(name: "DeviceDrivers", package: "muster"), .product(name: "SiteModel", package: "muster"),
]

let package = Package(
    name: "fuzzing",
    dependencies: [.package(name: "muster", path: "../..")],
    targets: [
        // gold dies of an internal error on the sanitizer's sections; lld does not.
        .executableTarget(
            name: "FuzzDriver", dependencies: drivers, path: "FuzzDriver",
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
        .executableTarget(name: "RandomFrames", dependencies: drivers, path: "RandomFrames"),
    ],
    swiftLanguageModes: [.v6]
)

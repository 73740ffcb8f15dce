// swift-tools-version: 6.2
import PackageDescription

// Modules in layer order. Who may import whom is the table of Gateway.docc/Architecture.md, which
// Tests/TidyTests holds against every import.
// Versions are exact: a gate that is rebuilt in ten years gets the packages it was tested with.

/// Warnings are errors where CI builds; on a site a newer compiler's new warning must not stop a build.
let warnings: [SwiftSetting] = Context.environment["CI"] == "true" ? [.treatAllWarnings(as: .error)] : []

let strict: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + warnings

let package = Package(
    name: "muster",
    products: [
        .executable(name: "muster", targets: ["muster"]),
        // For Tests/Benchmarks, a package of its own.
        .library(name: "AccessControl", targets: ["AccessControl"]),
        .library(name: "AttendanceLedger", targets: ["AttendanceLedger"]),
        .library(name: "PersonnelChanges", targets: ["PersonnelChanges"]),
        .library(name: "Pinyin", targets: ["Pinyin"]),
        .library(name: "SQLiteStore", targets: ["SQLiteStore"]),
        .library(name: "SiteModel", targets: ["SiteModel"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        // L0: the nouns, and the C that Swift cannot say.
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
        .systemLibrary(name: "CMinizip", pkgConfig: "minizip", providers: [.apt(["libminizip-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CQREncode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        .systemLibrary(
            name: "CXlsxWriter", pkgConfig: "xlsxwriter", providers: [.apt(["libxlsxwriter-dev"])]),
        .systemLibrary(name: "CUdev", pkgConfig: "libudev", providers: [.apt(["libudev-dev"])]),
        .target(name: "CLinuxClock"),
        .target(name: "CLinuxDevice"),
        .target(name: "SiteModel", dependencies: ["CLinuxClock"], swiftSettings: strict),
        // OSDP's AES, so that the drivers import no package.
        .target(
            name: "BlockCipher",
            dependencies: [
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            swiftSettings: strict),

        // L1: ports | wire protocols | who may pass | readings of names | tables | SQLite.
        .target(
            name: "DeviceIO", dependencies: ["CUdev", "CLinuxDevice", "SiteModel"], swiftSettings: strict),
        .target(name: "DeviceDrivers", dependencies: ["BlockCipher", "SiteModel"], swiftSettings: strict),
        .target(name: "AccessControl", dependencies: ["SiteModel"], swiftSettings: strict),
        .target(name: "Timekeeping", dependencies: ["SiteModel"], swiftSettings: strict),
        .target(
            name: "Pinyin", exclude: ["Readings/README.md", "Readings/make_readings.py"],
            resources: [.embedInCode("Readings/names.txt"), .embedInCode("Readings/readings.txt")],
            swiftSettings: strict),
        .target(
            name: "Tables", dependencies: ["CExpat", "CMinizip", "CQREncode", "CXlsxWriter"],
            swiftSettings: strict),
        .target(name: "SQLiteStore", dependencies: ["CSQLite"], swiftSettings: strict),

        // L2: live devices | durable state.
        .target(
            name: "DeviceSessions",
            dependencies: [
                "DeviceIO", "DeviceDrivers", "SiteModel", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .target(
            name: "AttendanceLedger",
            dependencies: [
                "CZlib", "SQLiteStore", "SiteModel", .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict),

        .target(
            name: "Accounts",
            dependencies: [
                "SQLiteStore", "SiteModel", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            swiftSettings: strict),

        // L3: services that follow the ledger.
        .target(
            name: "PersonnelChanges",
            dependencies: [
                "AttendanceLedger", "AccessControl", "Pinyin", "Tables", "SiteModel",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .target(
            name: "PlatformSync",
            dependencies: [
                "AttendanceLedger", "SQLiteStore", "SiteModel",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            resources: [
                .embedInCode("OpenAPI/Dialects/jinhua.json"),
                .embedInCode("OpenAPI/Dialects/national.json"),
            ],
            swiftSettings: strict),
        .target(
            name: "Reports", dependencies: ["AttendanceLedger", "Tables", "SiteModel", "Timekeeping"],
            resources: [.embedInCode("Resources/evidence.css"), .embedInCode("Resources/LedgerFormat.md")],
            swiftSettings: strict),
        .target(
            name: "LocalWeb",
            dependencies: [
                "Accounts", "SiteModel",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            resources: [
                .embedInCode("Assets/board.css"),
                .embedInCode("Assets/board.js"),
                .embedInCode("Assets/pages.css"),
                .embedInCode("Assets/people.js"),
                .embedInCode("Pages/banners.mustache"),
                .embedInCode("Pages/board.mustache"),
                .embedInCode("Pages/devices.mustache"),
                .embedInCode("Pages/ledger.mustache"),
                .embedInCode("Pages/newest.mustache"),
                .embedInCode("Pages/office-badge.mustache"),
                .embedInCode("Pages/office-byhand.mustache"),
                .embedInCode("Pages/office-changes-board.mustache"),
                .embedInCode("Pages/office-changes.mustache"),
                .embedInCode("Pages/office-check.mustache"),
                .embedInCode("Pages/office-choice.mustache"),
                .embedInCode("Pages/office-clockbar.mustache"),
                .embedInCode("Pages/office-control.mustache"),
                .embedInCode("Pages/office-correction.mustache"),
                .embedInCode("Pages/office-corrections.mustache"),
                .embedInCode("Pages/office-enrolment-board.mustache"),
                .embedInCode("Pages/office-enrolment.mustache"),
                .embedInCode("Pages/office-export.mustache"),
                .embedInCode("Pages/office-field.mustache"),
                .embedInCode("Pages/office-form.mustache"),
                .embedInCode("Pages/office-card.mustache"),
                .embedInCode("Pages/office-gate.mustache"),
                .embedInCode("Pages/office-hits.mustache"),
                .embedInCode("Pages/office-qr-badge.mustache"),
                .embedInCode("Pages/office-reads.mustache"),
                .embedInCode("Pages/office-join.mustache"),
                .embedInCode("Pages/office-layout.mustache"),
                .embedInCode("Pages/office-login.mustache"),
                .embedInCode("Pages/office-payroll.mustache"),
                .embedInCode("Pages/office-people.mustache"),
                .embedInCode("Pages/office-problem.mustache"),
                .embedInCode("Pages/office-refusal.mustache"),
                .embedInCode("Pages/office-sharebar.mustache"),
                .embedInCode("Pages/office-start.mustache"),
                .embedInCode("Pages/office-statistics.mustache"),
                .embedInCode("Pages/office-suggestions.mustache"),
                .embedInCode("Pages/office-sync-board.mustache"),
                .embedInCode("Pages/office-sync.mustache"),
                .embedInCode("Pages/office-team.mustache"),
                .embedInCode("Pages/office-teams.mustache"),
                .embedInCode("Pages/office-visitors-board.mustache"),
                .embedInCode("Pages/office-visitors.mustache"),
                .embedInCode("Pages/office-worker.mustache"),
                .embedInCode("Pages/onsite.mustache"),
                .embedInCode("Pages/recent.mustache"),
            ],
            swiftSettings: strict),

        // L4: composition, the swipe story, configuration.
        .target(
            name: "GatewayService",
            dependencies: [
                "AccessControl", "Accounts", "AttendanceLedger", "DeviceDrivers", "DeviceSessions",
                "HardwareProfiles", "LocalWeb", "PersonnelChanges", "PlatformSync", "Reports", "SiteModel",
                "Timekeeping", "Yams",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .target(
            name: "HardwareProfiles", path: "hardware",
            exclude: ["README.md", "TEMPLATE.capture", "captures", "udev"],
            sources: ["HardwareProfiles.swift"],
            resources: [.embedInCode("profiles/readers.yaml")],
            swiftSettings: strict),

        // Beside: a site to develop, demo and test against.
        .target(
            name: "VirtualSite", dependencies: ["SiteModel", "DeviceDrivers", "CLinuxDevice"],
            swiftSettings: strict),

        // Beside: a central platform to test and demo against; shares nothing with the adapter.
        .target(
            name: "SandboxPlatform",
            dependencies: [
                "SQLiteStore", "SiteModel",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [
                .embedInCode("Pages/sandbox.css"), .embedInCode("Pages/sandbox.js"),
                .embedInCode("Pages/sandbox.mustache"),
            ],
            swiftSettings: strict),

        // L5: commands, no logic.
        .executableTarget(
            name: "muster",
            dependencies: [
                "Accounts", "AttendanceLedger", "DeviceDrivers", "DeviceSessions", "GatewayService",
                "PersonnelChanges", "Reports", "SandboxPlatform", "SiteModel", "VirtualSite",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // Workbooks as wrong as a test needs them.
        .target(
            name: "MadeWorkbooks", dependencies: ["CMinizip"], path: "Tests/Support/MadeWorkbooks",
            swiftSettings: strict),
        // Commands that tests start.
        .target(name: "CSpawn", path: "Tests/Support/CSpawn"),
        .target(
            name: "ChildProcesses", dependencies: ["CSpawn"], path: "Tests/Support/ChildProcesses",
            swiftSettings: strict),
        // Certificates as good or as bad as a test needs them.
        .target(
            name: "MadeCertificates", dependencies: ["ChildProcesses"],
            path: "Tests/Support/MadeCertificates",
            swiftSettings: strict),
        // Small disks for tests that fill them.
        .target(
            name: "SmallDisks", dependencies: ["ChildProcesses"], path: "Tests/SmallDisks",
            swiftSettings: strict),

        .testTarget(name: "TidyTests"),
        .testTarget(name: "SiteModelTests", dependencies: ["SiteModel"], swiftSettings: strict),
        .testTarget(
            name: "DeviceDriversTests", dependencies: ["BlockCipher", "DeviceDrivers", "SiteModel"],
            swiftSettings: strict),
        .testTarget(
            name: "AccessControlTests", dependencies: ["AccessControl", "SiteModel"], swiftSettings: strict),
        .testTarget(
            name: "TimekeepingTests", dependencies: ["Timekeeping", "SiteModel"], swiftSettings: strict),
        .testTarget(name: "PinyinTests", dependencies: ["Pinyin"], swiftSettings: strict),
        .testTarget(name: "TablesTests", dependencies: ["Tables", "MadeWorkbooks"], swiftSettings: strict),
        .testTarget(
            name: "AttendanceLedgerTests",
            dependencies: [
                "AttendanceLedger", "SQLiteStore", "SiteModel", "SmallDisks",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "DeviceSessionsTests",
            dependencies: ["DeviceSessions", "DeviceIO", "DeviceDrivers", "VirtualSite", "SiteModel"],
            swiftSettings: strict),
        // Readers made by libosdp and a board made by pymodbus, which .ci/run installs.
        .testTarget(
            name: "InteropTests",
            dependencies: [
                "ChildProcesses", "DeviceSessions", "DeviceDrivers", "SiteModel",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/InteropTests",
            exclude: [
                "evidence", "harness", "vm", "OSDP/panel.py", "OSDP/peer.py", "OSDP/readers.py",
                "Modbus/board.py",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PersonnelChangesTests",
            dependencies: [
                "PersonnelChanges", "AttendanceLedger", "AccessControl", "MadeWorkbooks", "Pinyin", "Tables",
                "SiteModel",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PlatformSyncTests",
            dependencies: [
                "PlatformSync", "AttendanceLedger", "SQLiteStore", "SandboxPlatform", "SiteModel",
                "MadeCertificates", "SmallDisks",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ReportsTests", dependencies: ["Reports", "AttendanceLedger", "Tables", "SiteModel"],
            swiftSettings: strict),
        .testTarget(
            name: "LocalWebTests",
            dependencies: [
                "Accounts", "LocalWeb", "MadeCertificates", "SiteModel",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "GatewayServiceTests",
            dependencies: [
                "GatewayService", "AccessControl", "Accounts", "AttendanceLedger", "DeviceIO",
                "DeviceSessions", "HardwareProfiles", "LocalWeb", "MadeCertificates", "PersonnelChanges",
                "PlatformSync", "SQLiteStore",
                "SandboxPlatform", "SiteModel", "SmallDisks",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SandboxPlatformTests",
            dependencies: [
                "SandboxPlatform", "SQLiteStore", "SiteModel",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        // A disk that forgets what was not synced, as an SQLite VFS. For tests alone.
        .target(name: "CFaultyDisk", dependencies: ["CSQLite"], path: "Tests/Support/CFaultyDisk"),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "CFaultyDisk", "GatewayService", "AccessControl", "AttendanceLedger", "PersonnelChanges",
                "SQLiteStore", "SiteModel", "VirtualSite", .product(name: "Logging", package: "swift-log"),
            ],
            resources: [.copy("Seeds.txt")],
            swiftSettings: strict),
        // Runs the built `muster`, which SwiftPM puts beside the tests.
        .testTarget(
            name: "CrashTests",
            dependencies: [
                "AttendanceLedger", "SandboxPlatform", "SQLiteStore", "SmallDisks", "VirtualSite",
                "SiteModel",
            ],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)

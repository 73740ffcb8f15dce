extension ConfigurationKeys {
    static let platforms: [ConfigurationKey] = [
        .init(
            "platforms", .list, nil, "up to 4 platforms",
            "Central platforms that this site reports to (muster sync check asks each)."),
        .init(
            "platforms[].name", .text, nil, "1 to 32 of a-z 0-9 -, unique",
            "Name of the platform in commands, pages and proofs; stays what it is once something was sent.",
            example: "city"),
        .init("platforms[].adapter", .text, "open-api", "open-api", "The protocol it speaks."),
        .init(
            "platforms[].dialect", .text, "national", "national or jinhua", "Its variant of the protocol."),
        .init(
            "platforms[].url", .text, nil, "an https address; http is taken and warned of",
            "The one address of its interface.", example: "https://platform.example/open.api"),
        .init(
            "platforms[].app_id", .text, nil, "1 to 64 characters", "appid, as the platform issued it.",
            example: "APPID"),
        .init(
            "platforms[].project_code", .text, nil, "1 to 50 characters; without it site.project_code",
            "Code of the project at this platform.", example: "PROJECT"),
        .init("platforms[].secret", .mapping, nil, "", "Where the 32 characters of the appsecret are."),
        .init(
            "platforms[].secret.credential", .text, nil, "a name without /",
            "Name of a systemd credential. Either credential or file.", example: "muster-city-secret"),
        .init(
            "platforms[].secret.file", .text, nil, "an absolute path",
            "A file that only the service can read. Either credential or file."),
        .init(
            "platforms[].ca", .text, nil, "an absolute path; without it the system's authorities",
            "Certificates (PEM) of the authority that the platform must show."),
        .init(
            "platforms[].pin", .text, nil, "64 hexadecimal digits",
            "SHA-256 of the platform's own certificate or its public key, where no authority vouches for "
                + "it."),
        .init(
            "platforms[].client_certificate", .mapping, nil, "",
            "How the platform knows this site, where it asks for a certificate."),
        .init(
            "platforms[].client_certificate.certificate", .text, nil, "an absolute path",
            "Our certificate with its chain (PEM)."),
        .init("platforms[].client_certificate.key", .text, nil, "an absolute path", "Its key (PEM)."),
        .init("platforms[].proxy", .text, nil, "HOST:PORT", "The HTTP proxy that leads out of the site."),
        .init(
            "platforms[].attendance_batch", .wholeNumber, nil, "1 to 10000; without it the dialect's",
            "Attendance records in one call."),
        .init(
            "platforms[].backlog", .text, "oldest_first", "oldest_first or newest_first",
            "Which end of a backlog goes up first; today's attendance always goes ahead of it. "
                + "Newest first goes by stretches of 2048 to 16384 entries, each from its oldest on."),
        .init(
            "platforms[].pace", .text, "normal", "normal; or brisk, for a loopback address alone",
            "How soon it is asked again and tried again; brisk is for a sandbox on this machine."),
    ]
}

/// The program's version, printed by `muster --version` and stored in `serviceStarted`.
enum Version {
    static let text = "0.1.0"
}

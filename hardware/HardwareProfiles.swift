/// The profiles that come with the program, as they stand in `hardware/profiles/readers.yaml`.
///
/// They are part of the executable: a gate that lost its files still knows its readers.
public enum HardwareProfiles {
    /// YAML text, UTF-8; its first lines describe the format.
    public static var readersYAML: String {
        String(decoding: PackageResources.readers_yaml, as: UTF8.self)
    }
}

import Glibc

/// Shell wildcards, as `fnmatch(3)` has them.
func fits(_ name: String, _ pattern: String) -> Bool {
    fnmatch(pattern, name, 0) == 0
}

func lastPart(of path: String) -> String {
    String(path.split(separator: "/").last ?? "")
}

/// The node behind links; nil when there is none.
func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
}

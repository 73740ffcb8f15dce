import Glibc

extension PortError {
    /// What a failed call on a device means to an operator.
    init(operation: String, path: String, code: Int32) {
        let system = PortError.system(operation: operation, path: path, code: code)
        switch code {
        case ENOENT, ENOTDIR: self = operation == "open" ? .absent(path: path) : system
        // EIO: a device pulled in this moment, or a pseudo terminal whose master has gone.
        case ENODEV, ENXIO, EIO: self = .absent(path: path)
        case EBUSY, EWOULDBLOCK: self = .inUse(path: path)
        case EACCES, EPERM: self = .notPermitted(path: path)
        default: self = system
        }
    }
}

/// The system's words for an errno.
func text(of code: Int32) -> String {
    String(cString: strerror(code))
}

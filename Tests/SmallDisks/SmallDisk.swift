import ChildProcesses
import Foundation
import Glibc

/// A small disk of its own, which takes the right to mount; unmounted with its last reference.
public final class SmallDisk: Sendable {
    public let path: String
    /// The file that an ext4 stands in; nil for a tmpfs.
    private let image: String?

    public static var isPossible: Bool {
        geteuid() == 0 && (try? SmallDisk(kibibytes: 64)) != nil  // try?: asked.
    }

    public static var isExt4Possible: Bool {
        geteuid() == 0 && (try? SmallDisk(ext4Mebibytes: 2)) != nil  // try?: asked.
    }

    /// A tmpfs.
    public init(kibibytes: Int) throws {
        (path, image) = (try Self.folder(), nil)
        try Self.mount("-t", "tmpfs", "-o", "size=\(kibibytes)k", "tmpfs", at: path)
    }

    /// A real file system in a file, which goes read-only at the first error.
    public init(ext4Mebibytes mebibytes: Int) throws {
        path = try Self.folder()
        let image = path + ".image"
        self.image = image
        do {
            try Self.run("truncate", "-s", "\(mebibytes)M", image)
            try Self.run("mkfs.ext4", "-q", "-F", "-m", "0", image)
            try Self.mount("-o", "loop,errors=remount-ro", image, at: path)
        } catch {
            unlink(image)
            throw error
        }
    }

    deinit {
        // try?: lazily unmounted; what stays is an empty folder.
        try? Self.run("umount", "-l", path)
        try? FileManager.default.removeItem(atPath: path)
        if let image { unlink(image) }
    }

    public func resize(kibibytes: Int) throws {
        try Self.run("mount", "-o", "remount,size=\(kibibytes)k", path)
    }

    public func makeReadOnly() throws {
        try Self.run("mount", "-o", "remount,ro", path)
    }

    /// What the kernel does when an ext4 finds an error: whatever is open, nothing is written any more.
    public func failReadOnly() throws {
        try Self.run("mount", "-o", "remount,abort", path)
    }

    /// Takes the disk out and puts it back, repaired: nobody may use it meanwhile.
    public func replug() throws {
        guard let image else { throw Failed() }
        try Self.run("umount", path)
        // 1: errors were corrected.
        try Self.run("fsck.ext4", "-p", image, accepting: 0...1)
        try Self.run("mount", "-o", "loop,errors=remount-ro", image, path)
    }

    /// Writes a file that leaves this many pages of 4 KiB free, in place of the one before.
    public func fill(leavingPages pageCount: Int) throws {
        try empty()
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw Failed() }
        let byteCount = Int(status.f_bavail) * Int(status.f_frsize) - pageCount * 4_096
        let descriptor = open(ballast, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failed() }
        defer { close(descriptor) }
        let page = [UInt8](repeating: 0, count: 4_096)
        for _ in 0..<max(0, byteCount / page.count) {
            // The file's own blocks of administration take room, too.
            guard write(descriptor, page, page.count) == page.count else { break }
        }
        guard fsync(descriptor) == 0 else { throw Failed() }
    }

    /// Takes the file away again.
    public func empty() throws {
        if unlink(ballast) != 0, errno != ENOENT { throw Failed() }
    }

    private var ballast: String { path + "/ballast" }

    private struct Failed: Error {}

    private static func folder() throws -> String {
        let path = NSTemporaryDirectory() + "disk-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    private static func mount(_ words: String..., at path: String) throws {
        do {
            try run(["mount"] + words + [path])
        } catch {
            try FileManager.default.removeItem(atPath: path)
            throw error
        }
    }

    private static func run(_ words: String..., accepting codes: ClosedRange<Int32> = 0...0) throws {
        try run(words, accepting: codes)
    }

    private static func run(_ words: [String], accepting codes: ClosedRange<Int32> = 0...0) throws {
        guard try codes.contains(ChildProcess("/usr/bin/env", words).wait()) else { throw Failed() }
    }
}

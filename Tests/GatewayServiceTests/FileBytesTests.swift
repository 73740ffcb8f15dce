import GatewayService
import Glibc
import Testing

/// Files that never end, as a command may be given them.
struct FileBytesTests {
    /// 1 GiB that takes no room on disk, and a device without end: given up at the bound.
    @Test func aFileBeyondItsBoundIsGivenUp() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/line.csv"
        let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
        #expect(ftruncate(descriptor, 1 << 30) == 0)
        close(descriptor)
        for path in [path, "/dev/zero"] {
            let error = #expect(throws: FileReadError.self) { try FileBytes.read(path, upTo: 1 << 20) }
            #expect(error?.reason == "is longer than 1048576 bytes")
        }
        #expect(throws: Never.self) { try FileBytes.read("/dev/null", upTo: 0) }
    }
}

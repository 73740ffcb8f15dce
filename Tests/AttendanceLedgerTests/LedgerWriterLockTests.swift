import Foundation
import Glibc
import Testing

@testable import AttendanceLedger

@Suite(.timeLimit(.minutes(1)))
struct LedgerWriterLockTests {
    /// As when another thread forks a child just then: the child has the descriptor until it executes.
    @Test func aCopyOfTheDescriptorKeepsNobodyOut() throws {
        let folder = try LedgerFolder()
        let path = folder.path + "/ledger.lock"
        let lock = try LedgerWriterLock(path: path)
        #expect(throws: LedgerError.locked(path: path)) { try LedgerWriterLock(path: path) }
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(Int32.init)
        let descriptor = try #require(
            open.first {
                // try?: other tests close theirs meanwhile.
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path
            })
        let copy = dup(descriptor)
        defer { close(copy) }
        lock.release()
        let next = try LedgerWriterLock(path: path)
        next.release()
    }
}

import ArgumentParser
import AttendanceLedger
import GatewayService
import Glibc
import PersonnelChanges
import Reports

/// How a command ends when it did not do what was asked: one sentence on standard error and an exit code
/// after sysexits.
struct CommandFailure: Error {
    let message: String
    let code: Int32

    init(_ message: String, code: Int32) {
        self.message = message
        self.code = code
    }

    init(_ error: GatewayError) {
        message = "\(error)"
        code =
            switch error {
            case .configuration: 78
            case .stateDirectory: 73
            case .clock: 71
            case .roster, .accounts: 74
            case .service: 69
            case .refused: 77
            case .ledger(let error): Self.code(of: error)
            case .bundle(let error): Self.code(of: error)
            }
    }

    private static func code(of error: BundleError) -> Int32 {
        switch error {
        case .workerUnreadable, .daysTurned: 64
        case .workerUnknown, .spanEmpty: 66
        case .tooManyEntries, .archive: 74
        case .ledger(let error): code(of: error)
        }
    }

    private static func code(of error: LedgerError) -> Int32 {
        switch error {
        case .chainBroken, .fileDamaged, .checkpointUnreadable, .bundleRefused: 65
        case .missing: 66
        case .locked: 75
        case .siteKeyMissing, .siteKeyUnreadable, .siteKeyWrong, .keysMissing, .abandonedSchema: 78
        case .exists: 73
        case .wouldGoBack, .otherLedger: 77
        case .diskFull, .storage, .newerSchema, .olderSchema, .notDurable, .overloaded, .closed: 74
        }
    }

    /// Prints the sentence and gives the parser the exit code.
    var exit: ExitCode {
        Terminal.printError("muster: \(message)")
        return ExitCode(code)
    }
}

/// Runs the body of a command; a failure becomes its sentence and its exit code.
func reportingFailure(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let failure as CommandFailure {
        throw failure.exit
    } catch let error as GatewayError {
        throw CommandFailure(error).exit
    } catch let error as PersonnelError {
        throw CommandFailure(GatewayError.roster(error)).exit
    }
}

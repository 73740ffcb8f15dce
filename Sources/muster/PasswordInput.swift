import Accounts
import Glibc

/// Asks for a password: twice and without echo at a terminal, else the first line of standard input.
enum PasswordInput {
    static func read(for name: String) async throws -> Password {
        var password: Password?
        try await reportingFailure { password = try read(account: name) }
        guard let password else { preconditionFailure("neither a password nor a failure") }
        return password
    }

    private static func read(account name: String) throws(CommandFailure) -> Password {
        let password: Password
        if Terminal.isTerminal(STDIN_FILENO) {
            let first = try typed("New password for \(name): ")
            // Said before it is typed again.
            try refuse(first, for: name)
            guard first == (try typed("Again: ")) else {
                throw CommandFailure("the two passwords differ; nothing was changed", code: 64)
            }
            password = Password(first)
        } else {
            let line = try firstLine()
            try refuse(line, for: name)
            password = Password(line)
        }
        return password
    }

    private static func refuse(_ text: String, for name: String) throws(CommandFailure) {
        guard let name = AccountName(name), let flaw = Password(text).flaw(for: name) else { return }
        throw CommandFailure("\(flaw)", code: 77)
    }

    private static func firstLine() throws(CommandFailure) -> String {
        var bytes: [UInt8] = []
        while bytes.count <= Password.byteLimit + 2, let byte = nextByte(), byte != UInt8(ascii: "\n") {
            bytes.append(byte)
        }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        return try text(bytes)
    }

    /// Reads a line key by key: neither the text nor its length appears, and Ctrl-C leaves the terminal as it
    /// was.
    private static func typed(_ prompt: String) throws(CommandFailure) -> String {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else {
            throw CommandFailure("the terminal does not say how it is set", code: 74)
        }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0 else {
            throw CommandFailure("the terminal cannot be kept from showing what is typed", code: 74)
        }
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            Terminal.printError("")
        }
        Terminal.write(prompt, to: STDERR_FILENO)
        var bytes: [UInt8] = []
        while bytes.count <= Password.byteLimit, let byte = nextByte() {
            switch byte {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): return try text(bytes)
            case 0x03, 0x04: throw CommandFailure("nothing was changed", code: 64)  // Ctrl-C, Ctrl-D
            case 0x15: bytes.removeAll()  // Ctrl-U
            case 0x08, 0x7F:
                // One character: its continuation bytes and the byte that leads them.
                while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
            default: bytes.append(byte)
            }
        }
        return try text(bytes)
    }

    private static func nextByte() -> UInt8? {
        var byte: UInt8 = 0
        while true {
            let count = Glibc.read(STDIN_FILENO, &byte, 1)
            if count == 1 { return byte }
            guard count < 0, errno == EINTR else { return nil }
        }
    }

    private static func text(_ bytes: [UInt8]) throws(CommandFailure) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure("the password is no UTF-8 text", code: 65)
        }
        return text
    }
}

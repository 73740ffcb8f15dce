import AttendanceLedger
import LocalWeb
public import SiteModel

// What commands ask about the clock.
extension SiteAccess {
    /// As the running service knows it, or by the ledger alone.
    public func clockStatus(_ format: Format, clock: any SiteClock) throws(GatewayError) -> String {
        if let answer = try ask(.get, "/clock", ControlRequest(query: format.query)) {
            return String(decoding: answer.body, as: UTF8.self)
        }
        let reader = try openReader()
        let time = try time(reader, clock)
        let reading = time.now()
        let report = ClockReport(reading, time.corrected(reading))
        return format == .json ? report.json.text : report.lines.joined(separator: "\n")
    }

    /// A person vouches for the clock of the present boot: the service must run, for it is the service that
    /// sees when the clock is set again.
    public func confirmClock(by name: String, _ format: Format) throws(GatewayError) -> String {
        let request = ControlRequest(query: format.query, body: Array(name.utf8))
        guard let answer = try ask(.post, "/clock/confirm", request) else {
            throw .service("it does not run; start it first, for only it sees when the clock is set again")
        }
        return try Self.words(of: answer)
    }
}

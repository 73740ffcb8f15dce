import DeviceSessions
import LocalWeb
import Logging
public import SiteModel

/// A person at the machine lets a reader be given its key, for a while.
struct CommissioningRoute: Sendable {
    /// Nobody forgets a window open for a shift.
    static let longest = Duration.seconds(3_600)

    let supervisor: DeviceSupervisor
    let logger: Logger

    var route: ControlRoute {
        ControlRoute(.post, "/devices/commission") { request in
            guard let lane = request.query["lane"], let reader = request.query["reader"],
                let duration = request.query["for"].flatMap({ Duration(text: $0) }),
                duration > .zero, duration <= Self.longest
            else { return .text(422, "name lane and reader, and a time of up to one hour") }
            let name = ReaderName(lane: lane, reader: reader)
            guard supervisor.commission(name, for: duration) else {
                return .text(
                    422,
                    "\(name) is no reader of a bus, or its line is not open (muster device list shows both)")
            }
            logger.notice(
                "commissioning window opened",
                metadata: [
                    "reader": "\(name)", "for": "\(duration.text)",
                    "by": "\(String(decoding: request.body, as: UTF8.self))",
                ])
            return .text(
                200,
                "\(name) may be given its key for \(duration.text); muster device list shows when it has it"
            )
        }
    }
}

extension SiteAccess {
    /// Opens the commissioning window of a reader. The service must run.
    ///
    /// - Parameter by: who opens it; stands in the log.
    public func commission(
        _ reader: ReaderName, for duration: Duration, by: String
    ) throws(GatewayError) -> String {
        let request = ControlRequest(
            query: ["lane": reader.lane, "reader": reader.reader, "for": duration.text],
            body: Array(by.utf8))
        guard let answer = try ask(.post, "/devices/commission", request) else {
            throw .service("it does not run; start it first, for only it talks to readers")
        }
        return try Self.words(of: answer)
    }
}

public import DeviceSessions
import LocalWeb
import SiteModel

/// What happens on the lines, for `muster device watch`: the command asks again and again.
///
/// The answer is one line with the number to ask for next, then a line for each note.
struct TrafficRoute: Sendable {
    let supervisor: DeviceSupervisor

    var route: ControlRoute {
        ControlRoute(.get, "/devices/traffic") { request in
            if let device = request.query["device"] {
                let names = supervisor.statuses.map { "\($0.lane)/\($0.name)" }
                guard names.contains(device) else {
                    return .text(422, "there is no \(device); there is \(names.joined(separator: ", "))")
                }
            }
            let (notes, next) = supervisor.traffic(from: request.query["from"].flatMap { Int($0) })
            let wanted = notes.filter { $0.device == request.query["device"] ?? $0.device }
            let isText = request.query["format"] == "text"
            let lines = wanted.map { note in
                guard !isText else { return note.line }
                var json = JSONText()
                note.append(to: &json)
                return json.text
            }
            return .text(200, (["\(next)"] + lines).joined(separator: "\n"))
        }
    }
}

extension SiteAccess {
    /// What happened on the running service's lines.
    ///
    /// - Parameters:
    ///   - device: as `device list` names it; nil for all. Devices that share a driver with another (a bus)
    ///     are told under the name of the line's first.
    ///   - number: as the look before gave it; nil for the first look.
    /// - Returns: a line for each note, and the number to ask for next; nil when no service runs.
    /// - Throws: `GatewayError.refused` when there is no such device.
    public func traffic(
        of device: String?, from number: Int?, _ format: Format
    ) throws(GatewayError) -> (lines: [String], next: Int)? {
        var query = format.query
        query["device"] = device
        query["from"] = number.map { "\($0)" }
        guard let answer = try ask(.get, "/devices/traffic", ControlRequest(query: query)) else { return nil }
        let lines = try Self.words(of: answer).split(separator: "\n").map(String.init)
        guard let next = lines.first.flatMap({ Int($0) }) else {
            throw .service("the running service is of another version")
        }
        return (Array(lines.dropFirst()), next)
    }

    /// Lanes and profiles of this site, checked, for commands that open devices themselves.
    public func devicePlan() throws(GatewayError) -> DevicePlan {
        try Gateway.devicePlan(configuration, state: state)
    }
}

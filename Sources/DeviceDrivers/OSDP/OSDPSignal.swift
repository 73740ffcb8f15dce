import SiteModel

/// What lamp, buzzer and display of a reader say of a decision.
enum OSDPSignal {
    private typealias Look = (
        colour: OSDPCommand.Colour, onTenths: UInt8, offTenths: UInt8, tones: UInt8, words: String
    )

    /// Steady red: nobody is there.
    static let idle = OSDPCommand.lamp(
        OSDPCommand.Lamp(onTenths: 0, offTenths: 0, colour: .none, tenths: 0, idleColour: .red))

    /// Three seconds of lamp, tones of 0.2 s, and words where there is a display. Displays show ASCII only.
    static func commands(_ signal: LaneSignal, _ capabilities: OSDPCapabilities) -> [OSDPCommand] {
        let look: Look
        switch signal {
        case .granted: look = (.green, 1, 0, 1, "OK")
        case .refused: look = (.red, 2, 2, 3, "NO ENTRY")
        case .notRecorded: look = (.amber, 2, 2, 5, "NOT RECORDED")
        case .unchanged: return []
        }
        let lamp = OSDPCommand.Lamp(
            onTenths: look.onTenths, offTenths: look.offTenths, colour: look.colour, tenths: 30,
            idleColour: .red)
        var commands: [OSDPCommand] = []
        if capabilities.includes(.lamps) { commands.append(.lamp(lamp)) }
        if capabilities.includes(.buzzer) {
            commands.append(.buzzer(onTenths: 2, offTenths: 1, count: look.tones))
        }
        if capabilities.includes(.text) { commands.append(.text(look.words, seconds: 3)) }
        return commands
    }
}

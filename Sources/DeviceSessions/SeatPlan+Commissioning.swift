import DeviceDrivers
import SiteModel

/// What can be said of a commissioning before a reader is asked.
extension SeatPlan {
    /// Whether the window lets a reader be given its key: where it has `secure: install`.
    func givesKey(to reader: ReaderName) -> Bool {
        options(of: reader).map { value("secure", in: $0) == "install" } ?? false
    }

    /// Why a reader of the bus cannot be told this place, by what is configured; nil when it may be tried.
    func refusal(ofPlace address: Int?, _ baud: Int?, for reader: ReaderName) -> String? {
        guard let own = options(of: reader) else { return nil }
        let present = value("address", in: own)
        let others = (readerOptions + laneOptions).map { value("address", in: $0) }.filter { $0 != present }
        if let address {
            guard (0...126).contains(address) else { return "there is no address \(address)" }
            if others.contains("\(address)") {
                return "another device of the line has address \(address)"
            }
        }
        if let baud, case .serial(let settings) = link, baud != settings.baud, !others.isEmpty {
            return "other devices of the line would not follow to \(baud) baud"
        }
        return nil
    }

    private func options(of reader: ReaderName) -> [String: String]? {
        guard let index = readers.firstIndex(where: { $0.name == reader }),
            readerOptions.indices.contains(index)
        else { return nil }
        return readerOptions[index]
    }

    private func value(_ name: String, in options: [String: String]) -> String {
        options[name] ?? descriptor.options.first { $0.name == name }?.defaultText ?? ""
    }
}

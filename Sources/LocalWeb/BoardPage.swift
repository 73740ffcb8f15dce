import Mustache
import SiteModel

/// Renders the board: the whole page for a visit, single sections for the stream. One set of templates for
/// both, so the page that arrives and the page that lives cannot differ.
struct BoardPage: Sendable {
    /// A part of the page that changes by itself. The raw value is the id of the element and the name of the
    /// event that replaces its content.
    enum Section: String, CaseIterable, Sendable {
        case banners
        case newest
        case recent
        case onsite
        case devices
        case ledger
    }

    /// Names this build's page, style and script. A page that stayed open over an update of the gateway sees
    /// another version on its stream and loads itself again.
    let version: String
    private let frame: MustacheTemplate
    private let sections: [Section: MustacheTemplate]

    /// - Throws: `MustacheTemplate.ParserError` when an embedded template is broken, which the tests exclude.
    init() throws {
        let texts: [Section: [UInt8]] = [
            .banners: PackageResources.banners_mustache, .newest: PackageResources.newest_mustache,
            .recent: PackageResources.recent_mustache, .onsite: PackageResources.onsite_mustache,
            .devices: PackageResources.devices_mustache, .ledger: PackageResources.ledger_mustache,
        ]
        frame = try MustacheTemplate(
            string: String(decoding: PackageResources.board_mustache, as: UTF8.self))
        sections = try texts.mapValues { try MustacheTemplate(string: String(decoding: $0, as: UTF8.self)) }
        var fingerprint: UInt64 = 0xCBF2_9CE4_8422_2325
        let parts =
            [PackageResources.board_mustache, PackageResources.board_css, PackageResources.board_js]
            + Section.allCases.map { texts[$0]! }
        for byte in parts.joined() { fingerprint = (fingerprint ^ UInt64(byte)) &* 0x100_0000_01B3 }
        version = String(fingerprint, radix: 16)
    }

    func html(of section: Section, _ snapshot: BoardSnapshot) -> String {
        let view: Any =
            switch section {
            case .banners: BannersView(snapshot)
            case .newest: NewestView(snapshot)
            case .recent: RecentView(snapshot)
            case .onsite: OnSiteView(snapshot)
            case .devices: DevicesView(snapshot)
            case .ledger: LedgerView(snapshot)
            }
        return sections[section]!.render(view)
    }

    func html(_ snapshot: BoardSnapshot) -> String {
        let time = snapshot.now.clockText(offsetMilliseconds: snapshot.offsetMilliseconds)
        func rendered(_ section: Section) -> HTMLText { HTMLText(rendered: html(of: section, snapshot)) }
        return frame.render(
            FrameView(
                version: HTMLText(version), siteName: HTMLText(snapshot.siteName, limit: 40),
                node: HTMLText(snapshot.node, limit: 40), time: HTMLText(String(time.prefix(5))),
                banners: rendered(.banners), newest: rendered(.newest), recent: rendered(.recent),
                onsite: rendered(.onsite), devices: rendered(.devices), ledger: rendered(.ledger)))
    }
}

struct FrameView {
    let version: HTMLText
    let siteName: HTMLText
    let node: HTMLText
    let time: HTMLText
    let banners: HTMLText
    let newest: HTMLText
    let recent: HTMLText
    let onsite: HTMLText
    let devices: HTMLText
    let ledger: HTMLText
}

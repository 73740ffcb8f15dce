public import SiteModel
import Tables

/// Prints members of a roster: rows for a screen, JSON, and CSV or .xlsx that `RosterFile` reads back to the
/// same workers.
///
/// Masked unless revealed: names, numbers, phones and cards show a character or two. Every reveal is the
/// caller's to justify; a masked export cannot be imported.
public struct RosterListing: Sendable {
    public let isRevealed: Bool
    /// Site time minus UTC, for the day of leaving.
    public let siteOffsetMilliseconds: Int64

    public enum HeaderLanguage: Sendable, Hashable {
        case english
        case chinese
    }

    public init(isRevealed: Bool = false, siteOffsetMilliseconds: Int64) {
        self.isRevealed = isRevealed
        self.siteOffsetMilliseconds = siteOffsetMilliseconds
    }

    /// UTF-8 with byte order mark and CR LF, as spreadsheet programs want it.
    public func csv(_ members: [RosterMember], headers: HeaderLanguage = .english) -> [UInt8] {
        var writer = CSVWriter()
        writer.append(RosterColumn.allCases.map { headers == .english ? $0.rawValue : $0.chineseName })
        for member in members { writer.append(cells(of: member)) }
        return writer.bytes
    }

    /// The same as a workbook: numbers are text, days are dates.
    public func xlsx(
        _ members: [RosterMember], headers: HeaderLanguage = .english
    ) throws(PersonnelError) -> [UInt8] {
        do throws(SheetWritingError) {
            let writer = try XLSXWriter()
            try writer.beginSheet(
                headers == .english ? "roster" : "花名册",
                columns: RosterColumn.allCases.map { $0.sheetColumn(headers) })
            for member in members {
                try writer.append(zip(RosterColumn.allCases, cells(of: member)).map { $0.sheetCell($1) })
            }
            return try writer.finish()
        } catch {
            throw .workbook("\(error)")
        }
    }

    /// In the kind of file that is asked for.
    public func file(
        _ format: RosterFileFormat, _ members: [RosterMember], headers: HeaderLanguage = .english
    ) throws(PersonnelError) -> [UInt8] {
        switch format {
        case .csv: csv(members, headers: headers)
        case .xlsx: try xlsx(members, headers: headers)
        }
    }

    /// One JSON object: `worker` (the stable id), then the columns by their English names; what is empty is
    /// null.
    ///
    /// - Parameter column: the one that a search found them by, as `found_by`; nil for a list.
    public func append(
        _ member: RosterMember, foundBy column: RosterColumn? = nil, to json: inout JSONText
    ) {
        json.beginObject()
        json.member("worker", member.id.description)
        for (column, cell) in zip(RosterColumn.allCases, cells(of: member)) {
            json.member(column.rawValue, cell.isEmpty ? nil : cell)
        }
        if let column { json.member("found_by", column.rawValue) }
        json.endObject()
    }

    /// One JSON object as a line.
    public func jsonLine(_ member: RosterMember, foundBy column: RosterColumn? = nil) -> String {
        var json = JSONText()
        append(member, foundBy: column, to: &json)
        return json.text
    }

    /// The stable id and what the columns hold, for a screen.
    public func line(_ member: RosterMember) -> String {
        let cells = zip(RosterColumn.allCases, cells(of: member)).filter { column, cell in
            !cell.isEmpty && column != .idType && column != .cardFormat
        }
        return ([member.id.description] + cells.map(\.1)).joined(separator: "  ")
    }

    /// One text for each case of `RosterColumn`, in that order.
    public func cells(of member: RosterMember) -> [String] {
        RosterColumn.allCases.map { cell($0, of: member.worker) }
    }

    private func cell(_ column: RosterColumn, of worker: ProjectWorker) -> String {
        let card = worker.card.map { (number: $0, format: RosterCardFormat(showing: $0)) }
        switch column {
        case .name: return isRevealed ? worker.name : worker.maskedName
        case .idNumber: return isRevealed ? worker.idNumber.revealed : worker.idNumber.masked
        case .idType: return worker.idType
        case .team: return worker.team.name
        case .employer: return worker.team.employer
        case .workType: return worker.workType
        case .phone: return isRevealed ? worker.phone : masked(worker.phone)
        case .cardNumber:
            return card.flatMap { $0.format.text(of: $0.number) }.map(maskedUnlessRevealed) ?? ""
        case .cardFormat: return card?.format.name ?? ""
        case .joinedOn: return worker.joinedOn.description
        case .leftOn:
            let calendar = SiteCalendar(
                now: UTCInstant(milliseconds: 0), offsetMilliseconds: siteOffsetMilliseconds)
            return worker.leftAt.map { calendar.lastDay(before: $0).description } ?? ""
        case .role: return worker.role == .manager ? "manager" : "worker"
        }
    }

    private func maskedUnlessRevealed(_ text: String) -> String {
        isRevealed ? text : masked(text)
    }

    /// The last two characters of five or more.
    private func masked(_ text: String) -> String {
        guard text.count > 4 else { return String(repeating: "*", count: text.count) }
        return String(repeating: "*", count: text.count - 2) + text.suffix(2)
    }
}

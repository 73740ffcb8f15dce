import CXlsxWriter
import Glibc

/// A column of a sheet to be written.
public struct SheetColumn: Sendable, Hashable {
    public enum Content: Sendable, Hashable {
        /// Also for numbers that are names: identity, phone and card numbers. Cells stay text when edited.
        case text
        case number
        /// Shown as 2026-11-21.
        case date
    }

    public var header: String
    public var content: Content
    /// In characters of the standard font.
    public var width: Double
    /// The header says that cells must not be blank.
    public var isRequired: Bool
    /// Offered as a list; other entries stay possible. At most 255 bytes, commas between them counted.
    public var choices: [String]

    public init(
        _ header: String, content: Content = .text, width: Double = 14, isRequired: Bool = false,
        choices: [String] = []
    ) {
        self.header = header
        self.content = content
        self.width = width
        self.isRequired = isRequired
        self.choices = choices
    }
}

/// What one cell holds. A text is never taken for a formula, whatever it begins with.
public enum SheetCell: Sendable, Hashable {
    case blank
    case text(String)
    case number(Double)
    case date(year: Int, month: Int, day: Int)
}

/// Writes an .xlsx file sheet by sheet and row by row.
///
/// The file stands in memory that belongs to no path; the library keeps the sheet being written in a nameless
/// temporary file, so its size does not matter. A text longer than a cell may be (32,767 characters) ends the
/// writing.
public final class XLSXWriter {
    private let descriptor: Int32
    private let workbook: UnsafeMutablePointer<lxw_workbook>
    private var isClosed = false
    private var sheet: UnsafeMutablePointer<lxw_worksheet>?
    private var columns: [SheetColumn] = []
    private var row: UInt32 = 0
    private let formats: Formats

    private struct Formats {
        let header: UnsafeMutablePointer<lxw_format>?
        let requiredHeader: UnsafeMutablePointer<lxw_format>?
        let text: UnsafeMutablePointer<lxw_format>?
        let date: UnsafeMutablePointer<lxw_format>?
    }

    public init() throws(SheetWritingError) {
        descriptor = memfd_create("muster-xlsx", UInt32(1))  // 1: closed when another program is started
        guard descriptor >= 0 else { throw .system(code: errno) }
        var options = lxw_workbook_options()
        options.constant_memory = 1
        guard let workbook = workbook_new_opt("/proc/self/fd/\(descriptor)", &options) else {
            close(descriptor)
            throw .system(code: ENOMEM)
        }
        self.workbook = workbook
        formats = Formats(
            header: Self.headerFormat(workbook, isRequired: false),
            requiredHeader: Self.headerFormat(workbook, isRequired: true),
            text: workbook_add_format(workbook), date: workbook_add_format(workbook))
        format_set_num_format(formats.text, "@")
        format_set_num_format(formats.date, "yyyy\\-mm\\-dd")
    }

    deinit {
        if !isClosed { workbook_close(workbook) }
        close(descriptor)
    }

    /// Begins a sheet with a header row that stays in sight; a sheet before it is done.
    ///
    /// - Parameter name: at most 31 characters, none of `[ ] : * ? / \`, different for each sheet.
    public func beginSheet(_ name: String, columns: [SheetColumn]) throws(SheetWritingError) {
        guard let sheet = workbook_add_worksheet(workbook, name) else { throw .refused(code: -1) }
        self.sheet = sheet
        self.columns = columns
        row = 0
        for (index, column) in columns.enumerated() {
            let place = lxw_col_t(index)
            let format: UnsafeMutablePointer<lxw_format>? =
                switch column.content {
                case .text: formats.text
                case .number: nil
                case .date: formats.date
                }
            try check(worksheet_set_column(sheet, place, place, column.width, format))
            try offer(column.choices, in: place)
            let header = column.isRequired ? formats.requiredHeader : formats.header
            try check(worksheet_write_string(sheet, 0, place, Self.sound(column.header), header))
        }
        worksheet_freeze_panes(sheet, 1, 0)
    }

    /// Adds a row below the last one: at most as many cells as the sheet has columns.
    public func append(_ cells: [SheetCell]) throws(SheetWritingError) {
        precondition(sheet != nil && cells.count <= columns.count, "cells belong to columns of a sheet")
        row += 1
        for (index, cell) in cells.enumerated() {
            let place = lxw_col_t(index)
            switch cell {
            case .blank: break
            case .text(""): break
            case .text(let text):
                try check(worksheet_write_string(sheet, row, place, Self.sound(text), formats.text))
            case .number(let number): try check(worksheet_write_number(sheet, row, place, number, nil))
            case .date(let year, let month, let day):
                var date = lxw_datetime()
                (date.year, date.month, date.day) = (Int32(year), Int32(month), Int32(day))
                try check(worksheet_write_datetime(sheet, row, place, &date, formats.date))
            }
        }
    }

    /// The file's bytes; nothing can be added afterwards.
    public func finish() throws(SheetWritingError) -> [UInt8] {
        isClosed = true
        try check(workbook_close(workbook))
        let count = Int(lseek(descriptor, 0, SEEK_END))
        guard count > 0 else { throw .system(code: errno) }
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let taken = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress! + done, count - done, off_t(done))
            }
            guard taken > 0 else { throw .system(code: errno) }
            done += taken
        }
        return bytes
    }

    private func offer(_ choices: [String], in column: lxw_col_t) throws(SheetWritingError) {
        guard !choices.isEmpty else { return }
        // The library compares characters with the size of its buffer and writes beyond it (1.1.4).
        guard choices.reduce(0, { $0 + $1.utf8.count + 1 }) <= 256 else { throw .refused(code: -1) }
        var list = choices.map { strdup($0) } + [nil]
        defer { for choice in list { free(choice) } }
        let code = list.withUnsafeMutableBufferPointer { list in
            var validation = lxw_data_validation()
            validation.validate = UInt8(LXW_VALIDATION_TYPE_LIST.rawValue)
            validation.value_list = list.baseAddress
            validation.show_error = UInt8(LXW_VALIDATION_OFF.rawValue)
            return worksheet_data_validation_range(sheet, 1, column, 200_000, column, &validation)
        }
        try check(code)
    }

    private static func headerFormat(
        _ workbook: UnsafeMutablePointer<lxw_workbook>, isRequired: Bool
    ) -> UnsafeMutablePointer<lxw_format>? {
        let format = workbook_add_format(workbook)
        format_set_bold(format)
        format_set_bg_color(format, isRequired ? 0xFFE699 : 0xD9E1F2)
        format_set_bottom(format, UInt8(LXW_BORDER_THIN.rawValue))
        format_set_num_format(format, "@")
        return format
    }

    /// A text ends at a zero byte for the library, so that is replaced. What looks like the format's way to
    /// write a character (`_x000D_`) gets its underscore written in that way.
    private static func sound(_ text: String) -> String {
        guard text.utf8.contains(0) || text.utf8.contains(UInt8(ascii: "_")) else { return text }
        return text.replacing("\u{0}", with: "\u{FFFD}")
            .replacing(/_(?=x[0-9A-Fa-f]{4}_)/, with: "_x005F_")
    }

    private func check(_ code: lxw_error) throws(SheetWritingError) {
        guard code == LXW_NO_ERROR else { throw .refused(code: Int32(code.rawValue)) }
    }
}

/// Why an .xlsx file cannot be written. There is no file then.
public enum SheetWritingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The system gave no memory; `code` is its error.
    case system(code: Int32)
    /// libxlsxwriter refused a name, a text or a row; `code` is its `lxw_error`.
    case refused(code: Int32)

    public var description: String {
        switch self {
        case .system(let code): "no memory for the workbook (system error \(code))"
        case .refused(let code): "the workbook cannot be written (libxlsxwriter error \(code))"
        }
    }
}

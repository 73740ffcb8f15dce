import Accounts

/// What a page answers.
enum OfficeAnswer: Sendable {
    /// A whole page in the shell.
    case page(OfficePage)
    /// Part of a page for a script of ours, in no shell: results as one types.
    case fragment(OfficePage)
    /// A photo, which no page keeps.
    case jpeg([UInt8])
    /// Something to take along. The name is ASCII, of letters, digits, `-`, `_` and `.`.
    case file([UInt8], name: String)
    /// After a POST that did something: look at `path`, which shows the note once. A reload does nothing
    /// twice.
    case seeOther(String, note: SessionNote? = nil)
}

/// A template with what stands in it.
struct OfficePage: Sendable {
    let title: BoardWords
    /// Of `OfficeTemplates`.
    let template: String
    let view: any Sendable
    /// HTTP status; 422 for a form that comes back with its errors.
    let status: Int

    init(_ title: BoardWords, _ template: String, _ view: some Sendable, status: Int = 200) {
        self.title = title
        self.template = template
        self.view = view
        self.status = status
    }
}

/// Why a page was not answered as asked. A handler throws it; the visitor gets a page in the shell.
enum OfficeProblem: Error, Sendable, Equatable {
    case notFound
    case notAllowed
    /// The form's token is missing or of another session, or the request came from a foreign page.
    case foreignForm
    case unreadableForm
    case tooLarge
    /// The look at personal data could not be written down, and why; so nothing is shown.
    case notRecorded(BoardWords)
    /// Something of ours failed; the log says what.
    case failed

    var status: Int {
        switch self {
        case .notFound: 404
        case .notAllowed, .foreignForm: 403
        case .unreadableForm: 400
        case .tooLarge: 413
        case .notRecorded: 503
        case .failed: 500
        }
    }

    var title: BoardWords {
        switch self {
        case .notFound: BoardWords("找不到", "Not found")
        case .notAllowed: BoardWords("无此权限", "Not allowed")
        case .foreignForm: BoardWords("表单已失效", "This form is no longer valid")
        case .unreadableForm: BoardWords("表单无法读取", "The form cannot be read")
        case .tooLarge: BoardWords("内容太大", "Too large")
        case .notRecorded: BoardWords("暂时不能显示", "Cannot be shown now")
        case .failed: BoardWords("出错了", "Something failed")
        }
    }

    var words: BoardWords {
        switch self {
        case .notFound: BoardWords("没有这个页面或记录。", "There is no such page or record.")
        case .notAllowed:
            BoardWords("您的账号没有查看或执行此项的权限。", "Your account may not see or do this.")
        case .foreignForm:
            BoardWords("没有保存任何内容。请返回，刷新页面后再试。", "Nothing was saved. Go back, reload the page and try again.")
        case .unreadableForm: BoardWords("没有保存任何内容。", "Nothing was saved.")
        case .tooLarge: BoardWords("没有保存任何内容。请选择较小的文件。", "Nothing was saved. Choose a smaller file.")
        case .notRecorded(let cause):
            BoardWords(
                "查看个人信息必须留下记录，而台账目前不能写入：\(cause.chinese)。恢复后即可查看。",
                "A look at personal data must be recorded, and the ledger cannot write: \(cause.english).")
        case .failed: BoardWords("没有完成。请稍后再试。", "It was not done. Try again later.")
        }
    }
}

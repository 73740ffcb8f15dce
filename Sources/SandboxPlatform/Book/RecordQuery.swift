import SQLiteStore

/// One page of a query; empty and 0 mean any.
struct RecordQuery: Sendable {
    var kind: RecordKind
    var corpCode = ""
    var teamSysNo: Int64 = 0
    var idNumber = ""
    var day = ""
    var pageIndex = 0
    var pageSize = 50

    func bind(to statement: SQLiteStatement) throws(SQLiteError) {
        try statement.bind(1, kind.rawValue)
        try statement.bind(2, corpCode)
        try statement.bind(3, teamSysNo)
        try statement.bind(4, idNumber)
    }
}

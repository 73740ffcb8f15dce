extension LedgerError {
    /// What `description` says, in Chinese and without paths: for pages and for the people at a gate.
    public var chinese: String {
        switch self {
        case .diskFull: "磁盘已满，清理出空间后自动恢复"
        case .locked: "台账被另一个程序占用"
        case .missing: "还没有台账，请先启动服务或导入名册"
        case .storage(let operation, let code, let words): "存储故障（\(operation)：\(words)，代码 \(code)）"
        case .chainBroken(let sequence): "第 \(sequence) 条记录校验不符，请运行 muster ledger verify"
        case .fileDamaged: "台账文件已损坏或不在原处"
        case .siteKeyMissing: "缺少站点密钥 site.key，请放回"
        case .siteKeyUnreadable: "站点密钥无法读取"
        case .siteKeyWrong: "站点密钥与台账不符，请放回原来的密钥"
        case .keysMissing: "台账缺少人员密钥，请用 muster ledger restore 恢复"
        case .checkpointUnreadable: "签名点无法使用"
        case .exists: "同名文件已存在，不会覆盖"
        case .wouldGoBack(let from, let to): "备份止于第 \(to) 条，而第 \(from) 条已写入过：请用较新的备份"
        case .otherLedger: "备份属于另一个节点的台账"
        case .bundleRefused: "带来的文件不能接收"
        case .abandonedSchema(let found): "台账格式 \(found) 属于测试版，已不再读取：请新建台账"
        case .olderSchema(let found, let known): "台账格式 \(found) 较旧，本程序使用 \(known)：请先启动一次服务，完成升级"
        case .newerSchema(let found, let known): "台账格式 \(found) 较新，本程序只认识到 \(known)：请用新版程序"
        case .notDurable(let setting, let value): "\(setting) 为 \(value)，断电可能丢失记录"
        case .overloaded: "等待写入的记录过多"
        case .closed: "台账已关闭"
        }
    }
}

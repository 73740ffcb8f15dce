import SiteModel

// The words of the board for the values of SiteModel, Chinese first.

extension Direction {
    var words: BoardWords {
        switch self {
        case .unknown: BoardWords("方向未知", "Direction unknown")
        case .entering: BoardWords("进场", "Entering")
        case .leaving: BoardWords("出场", "Leaving")
        }
    }

    /// Id of the symbol in `board.mustache`.
    var mark: String {
        switch self {
        case .unknown: "way-unknown"
        case .entering: "way-in"
        case .leaving: "way-out"
        }
    }
}

extension DeviceState {
    var words: BoardWords {
        switch self {
        case .absent: BoardWords("未接入", "Absent")
        case .online: BoardWords("正常", "Online")
        case .silent: BoardWords("无应答", "Silent")
        case .failed: BoardWords("故障", "Failed")
        }
    }
}

extension DiscardReason {
    var words: BoardWords {
        switch self {
        case .noise: BoardWords("噪声字节", "Noise bytes")
        case .integrityCheckFailed: BoardWords("校验错字节", "Check failed, bytes")
        case .malformed: BoardWords("格式错字节", "Malformed bytes")
        case .tooLong: BoardWords("超长字节", "Too long, bytes")
        case .incomplete: BoardWords("不完整字节", "Incomplete bytes")
        case .inputLost: BoardWords("丢失输入", "Input lost")
        case .unreadable: BoardWords("读不出字节", "Unreadable bytes")
        case .unexpected: BoardWords("意外应答字节", "Unexpected bytes")
        case .typedByHand: BoardWords("手工键入", "Typed by hand")
        }
    }
}

extension BoardSwipe {
    /// What the person is told first.
    var verdict: BoardWords {
        if isTurnedBack { return BoardWords("未通过", "Did not pass") }
        guard let reason else { return BoardWords("通过", "Granted") }
        return BoardWords(reason.words.chinese, reason.words.english)
    }

    /// What else they must know: the lane did not do what the verdict lets expect.
    var note: BoardWords? {
        if isTurnedBack { return BoardWords("不计考勤，请重新刷卡", "Does not count: present the card again") }
        return switch (isTimeUncertain, reason != nil, isOpened) {
        case (true, _, _): BoardWords("补记，时间不确定，未开闸", "Recorded late: time uncertain, not opened")
        case (false, true, true): BoardWords("允许离场", "Let out")
        case (false, false, false): BoardWords("未开闸", "Not opened")
        case (false, false, true) where !lacks.isEmpty:
            BoardWords(
                "请补办：" + lacks.map(\.words.chinese).joined(separator: "、"),
                "Please see the office: "
                    + lacks.map { $0.words.english.lowercased() }.joined(separator: ", "))
        default: nil
        }
    }
}

extension BoardTimeMark {
    var words: BoardWords {
        switch self {
        case .corrected: BoardWords("时间已校正", "Time corrected")
        case .pending: BoardWords("时间待校正", "Time not yet known")
        }
    }
}

extension BoardPerson {
    /// The first character and a star, whatever the caller gave; masking a masked name changes nothing.
    var shownName: String {
        switch self {
        case .worker(let name, _):
            // One character can be made of any number of scalars; four are enough for every script.
            String(String.UnicodeScalarView(name.prefix(1).unicodeScalars.prefix(4)))
                + (name.count > 1 ? "*" : "")
        case .stranger: "未知"
        case .visitor: "访客"
        }
    }

    /// Beneath the name: the team, or the masked credential of a stranger.
    var shownTeam: String {
        switch self {
        case .worker(_, let team): team
        case .stranger(let credential): credential
        case .visitor(let number): "visitor \(number)"
        }
    }
}

extension UTCInstant {
    /// `12:10:53` in site time.
    func clockText(offsetMilliseconds: Int64) -> String {
        String(localText(offsetMilliseconds: offsetMilliseconds).dropFirst(11).prefix(8))
    }
}

import SiteModel

/// What the configuration says of one reader of the line.
struct OSDPSettings: Sendable {
    enum Security: String, Sendable, Hashable, CaseIterable {
        /// Nothing but the secure channel with the reader's own key.
        case required
        /// As `required`; a reader with the factory key gets its own while a person holds the commissioning
        /// window open.
        case install
        /// In the clear.
        case off
    }

    /// Where the reader's own key comes from.
    enum KeySource: Sendable {
        /// Derived for each reader from the key of the site.
        case site(OSDPKey)
        case own(OSDPKey)
    }

    /// As configured, until the device is moved.
    var address: UInt8
    let security: Security
    /// Nil: nobody has read the keys; such a driver is for checking a configuration and opens no channel.
    let key: KeySource?
    /// The least time between two polls of the reader.
    let pollInterval: Duration
    let card: OSDPCard
    let takesKeys: Bool
    /// What is said of the channel and the turns, as written: two entries of one device must agree.
    let texts: [String]

    /// The reader's own key, once it has told its unique id.
    func key(of uniqueID: [UInt8]) -> OSDPKey? {
        switch key {
        case .site(let key): OSDPKey(site: key.bytes, uniqueID: uniqueID)
        case .own(let key): key
        case nil: nil
        }
    }
}

extension OSDPSettings {
    static let address = DriverOption(
        "address", .wholeNumber(0...126, unit: ""), default: "0",
        "Address of the device on its line; every device of a line has another one.")
    static let secure = DriverOption(
        "secure", .choice(Security.allCases.map(\.rawValue)), default: "required",
        "Secure channel: required; install, which also gives a new reader its key while the commissioning"
            + " window is open; or off, in the clear.")
    static let key = DriverOption(
        "key", .secret, default: "credential:muster-osdp-key",
        "Where the key of 16 bytes lies; it is not read when secure is off.")
    static let keyKind = DriverOption(
        "key_kind", .choice(["site", "reader"]), default: "site",
        "What the key is: the site's, from which each reader's own is derived, or the reader's own.")
    static let poll = DriverOption(
        "poll", .duration(.milliseconds(50)...(.seconds(1))), default: "50ms",
        "The least time between two polls of the device.")
    static let keypad = DriverOption(
        "keypad", .choice(["off", "card"]), default: "off",
        "What typed digits are: nothing, or the ten digits printed on a card, ended with #.")

    static let deviceOptions = [address, secure, key, keyKind, poll]

    /// - Parameter isReader: of a barrier the options of cards and keys are not declared.
    init(_ options: OptionReader, _ secrets: DriverSecrets, isReader: Bool) throws(DriverError) {
        address = UInt8(try options.wholeNumber("address"))
        texts = ["secure", "key", "key_kind", "poll"].map(options.text)
        security = Security(rawValue: try options.choice("secure")) ?? .required
        pollInterval = try options.duration("poll")
        let reference = try options.secret("key")
        let isSiteKey = try options.choice("key_kind") == "site"
        let bytes = security == .off ? nil : try secrets.key(reference, byteCount: 16, of: options.driver)
        key = bytes.map(OSDPKey.init).map { isSiteKey ? .site($0) : .own($0) }
        card = OSDPCard(isLowestByteFirst: isReader ? try CredentialText.isLowestByteFirst(options) : false)
        takesKeys = isReader ? try options.choice("keypad") == "card" : false
    }
}

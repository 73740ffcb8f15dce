import DeviceDrivers

extension DevicePlan {
    /// Makes every driver once, so that a wrong name, option or key stops the start and not the first card.
    /// Keys are looked at where they were read.
    ///
    /// - Throws: `DevicePlanError`; nothing was opened.
    public func check() throws(DevicePlanError) {
        for line in try lines() {
            for seat in line.seats { _ = try seat.makeDriver(secrets) }
        }
        _ = try ProfileBook(profiles)
    }

    /// Where keys lie that drivers of this plan may ask for, each once, sorted.
    public var secretReferences: [String] {
        let devices =
            lanes.flatMap(\.readers).map { ($0.driver, $0.options) }
            + lanes.compactMap(\.barrier).map { ($0.driver, $0.options) }
        let references = devices.flatMap { driver, options -> [String] in
            let known = DriverCatalogue.all.first { $0.name == driver }
            return known?.options.filter { $0.type == .secret }.map { options[$0.name] ?? $0.defaultText }
                ?? []
        }
        return Set(references).sorted()
    }

    /// Lanes whose barrier hears the site's fire alarm.
    public var lanesThatHearFire: Set<String> {
        let barriers = lanes.compactMap(\.barrier)
        return Set(barriers.filter { $0.options["fire_input", default: "0"] != "0" }.map(\.lane))
    }

    /// Lanes whose barrier tells who passed. A plan that is wrong has none.
    public var lanesThatTellWhoPassed: Set<String> {
        // try?: `check` has said what is wrong with it.
        let lines = (try? lines()) ?? []
        let telling = lines.flatMap(\.seats).flatMap { seat -> [String] in
            // try?: as above.
            guard let driver = (try? seat.makeDriver()) as? any PassageReporting else { return [] }
            return seat.lanes.enumerated().filter { number, _ in
                driver.passagePatience(ofBarrier: seat.descriptor.bus == nil ? 0 : number) != nil
            }
            .map(\.element)
        }
        return Set(telling)
    }
}

extension DevicePlan {
    /// Makes every driver once, so that a wrong name or option stops the start and not the first card.
    ///
    /// - Throws: `DevicePlanError`; nothing was opened.
    public func check() throws(DevicePlanError) {
        for line in try lines() {
            for seat in line.seats { _ = try seat.makeDriver() }
        }
        _ = try ProfileBook(profiles)
    }
}

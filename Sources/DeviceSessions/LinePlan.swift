import DeviceDrivers
import DeviceIO
import SiteModel

/// One line to open and who sits on it.
struct LinePlan: Sendable {
    let address: DeviceAddress
    var seats: [SeatPlan]
    /// Of every seat: one line has one setting.
    let link: DriverDescriptor.Link

    var isBarrierOnly: Bool { seats.allSatisfy { $0.readers.isEmpty } }
    var isReaderOnly: Bool { seats.allSatisfy { $0.lanes.isEmpty } }
    var isShared: Bool { !isBarrierOnly && !isReaderOnly }
    var name: String {
        switch address {
        case .port(let path): path
        case .usb(let match): "usb \(match)"
        }
    }

    /// - Throws: `.sameLine` when a device would leave the others no time to speak, or one board has two
    ///   drivers, each of which would let somebody through at the same time.
    func checkRoom() throws(DevicePlanError) {
        for (number, seat) in seats.enumerated() {
            try checkBoard(of: seat, seats[..<number])
            guard (try seat.makeDriver() as? any LineOwning)?.wantsLineAlone == true,
                let other = seats.indices.first(where: { $0 != number })
            else { continue }
            throw .sameLine(
                device: seat.firstDevice, other: seats[other].firstDevice,
                words:
                    "are on the same line \(name): a \(seat.driver) with sensors asks them 20 times a second"
                    + " and needs a line of its own")
        }
    }

    private func checkBoard(
        of seat: SeatPlan, _ others: ArraySlice<SeatPlan>
    ) throws(DevicePlanError) {
        guard let other = others.first(where: { $0.driver == seat.driver }),
            (try seat.makeDriver() as? any PassageReporting)?.passagePatience != nil
        else { return }
        let names = Set(seat.options.keys).union(other.options.keys)
        let differing = names.filter { seat.options[$0] != other.options[$0] }.sorted()
        throw .sameLine(
            device: seat.firstDevice, other: other.firstDevice,
            words: "share the \(seat.driver) at \(name), which lets one person through at a time, and have"
                + " different options: give both the same \(differing.joined(separator: ", "))")
    }

    /// Who has the line already, as errors name them.
    var reader: String? { seats.lazy.compactMap(\.readers.first).first?.name.description }
    var firstDevice: String { reader ?? seats[0].lanes.first.map { "\($0)/barrier" } ?? name }
}

/// One driver on a line: the readers it speaks for, in the driver's order, and the lanes it opens.
struct SeatPlan: Sendable {
    let driver: String
    let options: [String: String]
    let descriptor: DriverDescriptor
    let link: DriverDescriptor.Link
    var readers: [ReaderPlan]
    var lanes: [String]
    /// What opens `lanes`; nil while there are none.
    var barrierDriver: String?
    /// Of a bus: what each of `readers` and of `lanes` brought with it.
    var readerOptions: [[String: String]] = []
    var laneOptions: [[String: String]] = []

    /// As errors name it.
    var firstDevice: String {
        readers.first?.name.description ?? lanes.first.map { "\($0)/barrier" } ?? driver
    }

    func makeDriver(_ secrets: DriverSecrets = .unread) throws(DevicePlanError) -> any DeviceDriver {
        do throws(DriverError) {
            guard descriptor.bus != nil else { return try DriverCatalogue.make(driver, options: options) }
            let settings: SerialSettings? = if case .serial(let settings) = link { settings } else { nil }
            let line = DriverLine(
                readers: readerOptions, barriers: laneOptions, settings: settings, secrets: secrets)
            return try DriverCatalogue.make(driver, on: line)
        } catch {
            let device = readers.first?.name.description ?? lanes.first ?? driver
            throw .driver(device: device, error)
        }
    }
}

extension DevicePlan {
    /// Groups readers and barriers by line. A line has one setting and at most one reader; only on a bus one
    /// driver speaks for all devices. Barriers of one address, driver and options share a driver, and a
    /// barrier shares its reader's when that has its name.
    func lines() throws(DevicePlanError) -> [LinePlan] {
        var lines: [LinePlan] = []
        for reader in lanes.flatMap(\.readers) {
            let wanted = try SeatRequest(
                device: reader.name.description, address: reader.address, driver: reader.driver,
                options: reader.options)
            guard !wanted.descriptor.isBarrier else {
                throw .wrongRole(device: reader.name.description, driver: reader.driver)
            }
            let seat = try wanted.place(asReader: true, in: &lines)
            lines[seat.line].seats[seat.seat].readers.append(reader)
            lines[seat.line].seats[seat.seat].readerOptions.append(wanted.options)
        }
        for barrier in lanes.compactMap(\.barrier) {
            let wanted = try SeatRequest(
                device: "\(barrier.lane)/barrier", address: barrier.address, driver: barrier.driver,
                options: barrier.options)
            let seat = try wanted.place(asReader: false, in: &lines)
            guard wanted.descriptor.isBarrier || !lines[seat.line].seats[seat.seat].readers.isEmpty else {
                throw .wrongRole(device: "\(barrier.lane)/barrier", driver: barrier.driver)
            }
            lines[seat.line].seats[seat.seat].lanes.append(barrier.lane)
            lines[seat.line].seats[seat.seat].barrierDriver = barrier.driver
            lines[seat.line].seats[seat.seat].laneOptions.append(wanted.options)
        }
        for line in lines where line.seats.count > 1 { try line.checkRoom() }
        return lines
    }
}

/// A reader or barrier that looks for its seat.
struct SeatRequest {
    let device: String
    let address: DeviceAddress
    let driver: String
    let options: [String: String]
    let descriptor: DriverDescriptor
    let link: DriverDescriptor.Link

    init(
        device: String, address: DeviceAddress, driver: String, options: [String: String]
    ) throws(DevicePlanError) {
        let descriptor: DriverDescriptor
        do throws(DriverError) {
            descriptor = try DriverCatalogue.descriptor(driver)
        } catch {
            throw .driver(device: device, error)
        }
        self.device = device
        self.address = address
        self.driver = driver
        self.descriptor = descriptor
        do throws(DriverError) {
            (link, self.options) = try descriptor.splittingLineOptions(options)
        } catch {
            throw .driver(device: device, error)
        }
    }

    /// The seat that fits, made when there is none.
    ///
    /// - Throws: `.sameLine` when the line has another setting, or a reader has it and this is one more, or
    ///   when nothing tells this device from another of the same USB ids.
    func place(
        asReader isReader: Bool, in lines: inout [LinePlan]
    ) throws(DevicePlanError) -> (line: Int, seat: Int) {
        let seat = seat(readers: [])
        let line = lines.firstIndex {
            // A keyboard and a serial line of one make are told apart by what they are.
            $0.address == address && (alikeMatch == nil || $0.link.subsystem == link.subsystem)
        }
        guard let line else {
            lines.append(LinePlan(address: address, seats: [seat], link: link))
            return (lines.count - 1, 0)
        }
        try checkIdentity(lines[line], asReader: isReader)
        try checkSharing(lines[line], asReader: isReader)
        let fitting = lines[line].seats.firstIndex {
            if let bus = descriptor.bus { return $0.descriptor.bus == bus }
            return $0.driver == driver && (!$0.readers.isEmpty || $0.options == options)
        }
        if let fitting { return (line, fitting) }
        lines[line].seats.append(seat)
        return (line, lines[line].seats.count - 1)
    }

    private func checkSharing(_ line: LinePlan, asReader isReader: Bool) throws(DevicePlanError) {
        guard link == line.link else {
            throw .sameLine(
                device: device, other: line.firstDevice,
                words: "are on the same line \(line.name) with different line settings")
        }
        guard line.seats.allSatisfy({ $0.descriptor.bus == descriptor.bus }) else {
            throw .sameLine(
                device: device, other: line.firstDevice,
                words: "are on the same line \(line.name), and a bus is nobody else's")
        }
        if isReader, descriptor.bus == nil, let reader = line.reader {
            throw .sameLine(
                device: device, other: reader,
                words: "are two readers on the same line \(line.name), which can carry one")
        }
    }

    func seat(readers: [ReaderPlan]) -> SeatPlan {
        SeatPlan(
            driver: driver, options: options, descriptor: descriptor, link: link, readers: readers, lanes: [],
            readerOptions: readers.map { _ in options })
    }

    /// Two devices of the same ids would change lanes with a reboot or while one of them is away.
    private func checkIdentity(_ line: LinePlan, asReader isReader: Bool) throws(DevicePlanError) {
        guard let match = alikeMatch, isReader || descriptor.isBarrier else { return }
        throw .sameLine(
            device: device, other: line.firstDevice,
            words: "are both usb \(match), and nothing tells one from the other: give each its port"
                + " (/dev/…/by-path/…) or its serial number (\(match)@SERIAL)")
    }

    /// The USB ids without a serial number by which this device alone is named; nil on a bus, whose devices
    /// have one line on purpose.
    private var alikeMatch: USBMatch? {
        guard descriptor.bus == nil, case .usb(let match) = address, match.serial == nil else { return nil }
        return match
    }
}

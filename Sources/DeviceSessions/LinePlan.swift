import DeviceDrivers
import DeviceIO
import SiteModel

/// One line to open and who sits on it.
struct LinePlan: Sendable {
    let address: DeviceAddress
    var seats: [SeatPlan]
    /// Of the first seat; one line has one setting.
    let link: DriverDescriptor.Link

    var isBarrierOnly: Bool { seats.allSatisfy { $0.readers.isEmpty } }
    var name: String {
        switch address {
        case .port(let path): path
        case .usb(let match): "usb \(match)"
        }
    }
}

/// One driver on a line: the readers it speaks for, in the driver's order, and the lanes it opens.
struct SeatPlan: Sendable {
    let driver: String
    let options: [String: String]
    let descriptor: DriverDescriptor
    var readers: [ReaderPlan]
    var lanes: [String]

    func makeDriver() throws(DevicePlanError) -> any DeviceDriver {
        do throws(DriverError) {
            return try DriverCatalogue.make(driver, options: options)
        } catch {
            let device = readers.first?.name.description ?? lanes.first ?? driver
            throw .driver(device: device, error)
        }
    }
}

extension DevicePlan {
    /// Groups readers and barriers by line. Readers of one address and driver share a driver; so do barriers
    /// of one address, driver and options; and a barrier shares its reader's driver when that has its name.
    func lines() throws(DevicePlanError) -> [LinePlan] {
        var lines: [LinePlan] = []
        for reader in lanes.flatMap(\.readers) {
            let wanted = try SeatRequest(
                device: reader.name.description, address: reader.address, driver: reader.driver,
                options: reader.options)
            guard !wanted.descriptor.isBarrier else {
                throw .wrongRole(device: reader.name.description, driver: reader.driver)
            }
            let seat = wanted.place(in: &lines) { !$0.readers.isEmpty }
            lines[seat.line].seats[seat.seat].readers.append(reader)
        }
        for barrier in lanes.compactMap(\.barrier) {
            let wanted = try SeatRequest(
                device: "\(barrier.lane)/barrier", address: barrier.address, driver: barrier.driver,
                options: barrier.options)
            let seat = wanted.place(in: &lines) { !$0.readers.isEmpty || $0.options == wanted.options }
            guard wanted.descriptor.isBarrier || !lines[seat.line].seats[seat.seat].readers.isEmpty else {
                throw .wrongRole(device: "\(barrier.lane)/barrier", driver: barrier.driver)
            }
            lines[seat.line].seats[seat.seat].lanes.append(barrier.lane)
        }
        return lines
    }
}

/// A reader or barrier that looks for its seat.
struct SeatRequest {
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
    func place(in lines: inout [LinePlan], fitting: (SeatPlan) -> Bool) -> (line: Int, seat: Int) {
        let seat = seat(readers: [])
        guard let line = lines.firstIndex(where: { $0.address == address }), !isSeveral else {
            lines.append(LinePlan(address: address, seats: [seat], link: link))
            return (lines.count - 1, 0)
        }
        if let index = lines[line].seats.firstIndex(where: { $0.driver == driver && fitting($0) }) {
            return (line, index)
        }
        lines[line].seats.append(seat)
        return (line, lines[line].seats.count - 1)
    }

    func seat(readers: [ReaderPlan]) -> SeatPlan {
        SeatPlan(driver: driver, options: options, descriptor: descriptor, readers: readers, lanes: [])
    }

    /// The same USB ids twice mean two devices; the same port twice means one.
    private var isSeveral: Bool {
        if case .usb(let match) = address { match.serial == nil && match.ids != nil } else { false }
    }
}

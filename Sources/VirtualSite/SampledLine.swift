/// What a UART makes of bytes that were sent at another speed: 8N1, bits from the lowest, the line high
/// before and after. The same speed gives the same bytes.
public enum SampledLine {
    /// - Returns: what is heard; a byte whose stop bit is low counts too, as the kernel delivers it.
    public static func heard(_ bytes: [UInt8], sentAt sender: Int, heardAt receiver: Int) -> [UInt8] {
        guard sender != receiver else { return bytes }
        let levels = bytes.flatMap { byte -> [Bool] in
            [false] + (0..<8).map { byte >> UInt8($0) & 1 == 1 } + [true]
        }
        /// The level at a time in the sender's bits.
        func level(_ time: Double) -> Bool {
            let index = Int(time)
            return index < levels.count ? levels[index] : true
        }
        let bit = Double(sender) / Double(receiver)
        var heard: [UInt8] = []
        var time = 0.0
        while time < Double(levels.count) {
            // Looks eight times in one of the receiver's bits, or of the sender's where those are shorter.
            guard !level(time) else {
                time += min(bit, 1) / 8
                continue
            }
            var byte: UInt8 = 0
            for index in 0..<8 where level(time + bit * (1.5 + Double(index))) { byte |= 1 << UInt8(index) }
            heard.append(byte)
            time += bit * 9.5
            // A stop bit that is low: wait for the line to rise.
            while !level(time), time < Double(levels.count) { time += min(bit, 1) / 8 }
        }
        return heard
    }
}

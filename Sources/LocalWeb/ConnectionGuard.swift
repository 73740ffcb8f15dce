import NIOCore

/// Ends connections that would hold the service: those still open some time after it began to stop, and those
/// whose far end takes nothing any more.
final class ConnectionGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let stallLimit: TimeAmount
    private let stopGrace: TimeAmount
    private let onStop: @Sendable () -> Void
    private var stall: Scheduled<Void>?
    private var stop: Scheduled<Void>?

    /// - Parameters:
    ///   - stallLimit: Who accepts nothing for so long is gone or stuck; a page connects again when it wakes.
    ///   - stopGrace: How long a request in progress may go on after the service began to stop.
    ///   - onStop: Called once for each open connection when the service begins to stop.
    init(stallLimit: TimeAmount, stopGrace: TimeAmount, onStop: @escaping @Sendable () -> Void) {
        self.stallLimit = stallLimit
        self.stopGrace = stopGrace
        self.onStop = onStop
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            onStop()
            stop = schedule(in: stopGrace, context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stall?.cancel()
        stall = context.channel.isWritable ? nil : schedule(in: stallLimit, context)
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stall?.cancel()
        stop?.cancel()
        context.fireChannelInactive()
    }

    private func schedule(in delay: TimeAmount, _ context: ChannelHandlerContext) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: delay) { channel.close(promise: nil) }
    }
}

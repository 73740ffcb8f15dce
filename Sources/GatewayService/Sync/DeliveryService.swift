import ServiceLifecycle

/// Delivers to one platform. Without it the gate works: what goes wrong is tried again.
struct DeliveryService: Service {
    /// For a request that is under way when the service stops: systemd gives all of it 10 s. A call that is
    /// cut off is asked about at the next start.
    private static let patience = Duration.seconds(3)

    let link: PlatformLink
    let siteOffsetMilliseconds: Int64

    func run() async throws {
        await withTaskGroup(of: Void.self) { [link, siteOffsetMilliseconds] tasks in
            tasks.addTask { await retryUntilShutdown(every: .seconds(10)) { await link.deliver() } }
            tasks.addTask { await link.watch() }
            tasks.addTask { await link.reconcileNightly(offsetMilliseconds: siteOffsetMilliseconds) }
            tasks.addTask {
                // try?: cancelled is a shutdown too.
                try? await gracefulShutdown()
                await link.stop()
                try? await Task.sleep(for: Self.patience)  // try?: then the deliveries have ended.
            }
            await tasks.next()
            tasks.cancelAll()
        }
        await link.close()
    }
}

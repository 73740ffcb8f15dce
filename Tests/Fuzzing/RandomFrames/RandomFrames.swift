import Foundation

/// How often chance makes a credential:
///
///     RandomFrames COUNT SHAPED [LINE]
///
/// See `FrameTrials`. Ends with 1 where a count is not what was promised.
@main
struct RandomFrames {
    static func main() throws {
        exit(try FrameTrials.run(Array(CommandLine.arguments.dropFirst())) ? 0 : 1)
    }
}

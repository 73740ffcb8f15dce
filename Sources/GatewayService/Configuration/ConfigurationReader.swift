import SiteModel
import Yams

/// One mapping of a YAML file with the path it stands at. Refuses keys that its table does not know, with
/// line numbers.
struct ConfigurationReader {
    let file: String
    let path: String
    let line: Int
    private let keys: [ConfigurationKey]
    private let values: [String: Node]
    private let lines: [String: Int]

    /// The top of a file; nil when the file is empty.
    init?(yaml: String, file: String, keys: [ConfigurationKey]) throws(ConfigurationError) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch {
            throw ConfigurationError(file: file, line: Self.line(of: error), message: Self.words(of: error))
        }
        guard let root, root.null == nil else { return nil }
        try self.init(root, path: "", file: file, keys: keys)
    }

    private static func line(of error: any Error) -> Int {
        switch error as? YamlError {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        case .duplicatedKeysInMapping(_, let context): context.mark.line
        default: 0
        }
    }

    private static func words(of error: any Error) -> String {
        switch error as? YamlError {
        case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _):
            "is no YAML: \(problem)"
        case .duplicatedKeysInMapping(let names, _): "'\(names[0])' is given twice"
        default: "\(error)"
        }
    }

    init(_ node: Node, path: String, file: String, keys: [ConfigurationKey]) throws(ConfigurationError) {
        self.file = file
        self.path = path
        self.keys = keys
        line = node.mark?.line ?? 0
        guard let mapping = node.mapping else {
            throw ConfigurationError(
                file: file, line: line, message: "\(path.isEmpty ? "the file" : path) must be a mapping")
        }
        let known = keys.filter { $0.parent == path }.map(\.name)
        var values: [String: Node] = [:]
        var lines: [String: Int] = [:]
        for (key, value) in mapping {
            let name = key.scalar?.string ?? "?"
            let line = key.mark?.line ?? 0
            guard known.contains(name) else {
                let place = path.isEmpty ? "" : " in \(path)"
                throw ConfigurationError(
                    file: file, line: line,
                    message: "unknown key '\(name)'\(place); known: \(known.joined(separator: ", "))")
            }
            guard values[name] == nil else {
                throw ConfigurationError(file: file, line: line, message: "'\(name)' is given twice")
            }
            values[name] = value
            lines[name] = line
        }
        self.values = values
        self.lines = lines
    }

    func node(_ name: String) -> Node? {
        guard let node = values[name], node.null == nil else { return nil }
        return node
    }

    func text(_ name: String, upTo limit: Int = 4_096) throws(ConfigurationError) -> String? {
        guard let node = node(name) else { return nil }
        guard let text = node.scalar?.string, text.count <= limit else { throw wrong(name) }
        return text
    }

    func wholeNumber(_ name: String, in range: ClosedRange<Int>) throws(ConfigurationError) -> Int? {
        guard let text = try text(name) else { return nil }
        guard let value = Int(text), range.contains(value) else { throw wrong(name) }
        return value
    }

    func duration(_ name: String, in range: ClosedRange<Duration>) throws(ConfigurationError) -> Duration? {
        guard let text = try text(name) else { return nil }
        guard let value = Duration(text: text), range.contains(value) else { throw wrong(name) }
        return value
    }

    func mapping(_ name: String) throws(ConfigurationError) -> ConfigurationReader? {
        guard let node = node(name) else { return nil }
        return try ConfigurationReader(node, path: key(name), file: file, keys: keys)
    }

    func list(_ name: String, upTo limit: Int) throws(ConfigurationError) -> [ConfigurationReader] {
        guard let node = node(name) else { return [] }
        guard let items = node.sequence, items.count <= limit else { throw wrong(name) }
        var readers: [ConfigurationReader] = []
        for item in items {
            readers.append(try ConfigurationReader(item, path: key(name) + "[]", file: file, keys: keys))
        }
        return readers
    }

    /// A text, or a list of texts.
    func texts(_ name: String, upTo limit: Int) throws(ConfigurationError) -> [String] {
        guard let node = node(name) else { return [] }
        let items = node.sequence.map { Array($0) } ?? [node]
        guard items.count <= limit else { throw wrong(name) }
        var texts: [String] = []
        for item in items {
            guard let text = item.scalar?.string else { throw wrong(name) }
            texts.append(text)
        }
        return texts
    }

    /// A mapping whose keys the driver knows: of scalars, or of mappings with one key and a scalar, which are
    /// given as `key:value`.
    func options(_ name: String) throws(ConfigurationError) -> [String: String] {
        guard let node = node(name) else { return [:] }
        guard let mapping = node.mapping else { throw wrong(name) }
        var options: [String: String] = [:]
        for (key, value) in mapping {
            guard let option = key.scalar?.string else { throw wrong(name) }
            if let text = value.scalar?.string {
                options[option] = text
            } else if let pair = value.mapping?.first, value.mapping?.count == 1,
                let kind = pair.key.scalar?.string, let text = pair.value.scalar?.string
            {
                options[option] = kind + ":" + text
            } else {
                throw wrong(name)
            }
        }
        return options
    }

    func wrong(_ name: String) -> ConfigurationError {
        let range = keys.first { $0.path == key(name) }?.range ?? ""
        return fault(at: name, "'\(name)' must be \(range)")
    }

    func fault(at name: String, _ message: String) -> ConfigurationError {
        ConfigurationError(file: file, line: line(of: name), message: message)
    }

    /// Where the key stands; that of the mapping when it is not there.
    func line(of name: String) -> Int { lines[name] ?? line }

    private func key(_ name: String) -> String { path.isEmpty ? name : path + "." + name }
}

import SiteModel

extension JSONValue {
    /// Members of an object; none of anything else.
    var fields: [Member] { members ?? [] }

    /// Compact, members in their order.
    var jsonText: String {
        var json = JSONText()
        write(to: &json)
        return json.text
    }

    private func write(to json: inout JSONText) {
        switch self {
        case .null: json.null()
        case .flag(let flag): json.value(flag)
        case .number(let digits):
            // Fractions and big numbers leave as text: nothing here calculates with them.
            if let number = Int64(digits) { json.value(number) } else { json.value(digits) }
        case .text(let text): json.value(text)
        case .array(let values):
            json.beginArray()
            for value in values { value.write(to: &json) }
            json.endArray()
        case .object(let members):
            json.beginObject()
            for member in members {
                json.name(member.name)
                member.value.write(to: &json)
            }
            json.endObject()
        }
    }
}

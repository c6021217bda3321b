using PlantRuntime.Contracts;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Tools.Import.Gateway;

/// <summary>Reads the section of one device. Pure, apart from the problems and notes that it adds.</summary>
internal static class GatewayDeviceReader
{
    /// <summary>The keys of a device that are mapped.</summary>
    public static readonly string[] Keys =
    [
        "name", "type", "protocol", "host", "port", "slave_id", "timeout", "baudrate", "parity", "stopbits", "databits", "registers",
        "register_types", "data_types", "labels", "units", "scaling_factors",
    ];

    private static readonly string[] s_settings = ["log_level", "log_file", "api_url", "api_timeout", "collection_interval", "api_token"];

    /// <summary>Returns the device; null after problems.</summary>
    public static GatewayDevice? Read(IniSection section, IniSection defaults, ProblemList problems, List<Problem> notes)
    {
        var values = new IniValues(section, defaults, problems, notes);
        var before = problems.Count;
        var id = values.Required("name", "Energy_Meter_01");
        var isSerial = IsSerial(values);
        var line = isSerial ? ReadLine(values) : null;
        var host = isSerial ? null : values.Required("host", "192.168.1.100");
        var device = new GatewayDevice(
            id ?? "", Name(values, id ?? ""), values.Text("type", ""), host, isSerial ? 0 : values.Number("port", 502, 1, 65_535), line,
            values.Number("slave_id", 1, 0, 255), values.Number("timeout", 3, 1, 300), ReadTags(values));
        values.NoteOthers([.. Keys, .. s_settings]);
        foreach (var key in s_settings.Where(key => section.Find(key) is not null))
            values.Note(key, "is a setting of the gateway, and is not mapped for one device");
        return problems.Count > before ? null : device;
    }

    private static bool IsSerial(IniValues values)
    {
        var protocol = values.Text("protocol", "TCP").ToUpperInvariant();
        if (protocol is not ("TCP" or "RTU")) values.Fail("protocol", $"expected TCP or RTU, found \"{values.Text("protocol", "")}\"");
        return protocol == "RTU";
    }

    private static GatewayLine ReadLine(IniValues values)
    {
        var parity = values.Text("parity", "N").ToUpperInvariant() switch
        {
            "N" or "NONE" => "none",
            "E" or "EVEN" => "even",
            "O" or "ODD" => "odd",
            _ => null,
        };
        if (parity is null) values.Fail("parity", $"expected N, E or O, found \"{values.Text("parity", "")}\"");
        return new GatewayLine(
            values.Required("port", "/dev/ttyUSB0") ?? "", values.Number("baudrate", 9600, 50, 4_000_000), parity ?? "none",
            values.Number("databits", 8, 7, 8), values.Number("stopbits", 1, 1, 2));
    }

    // Records keep the name of the file; the name in site.toml is one that recipes can write.
    private static string Name(IniValues values, string id)
    {
        if (id.Length == 0 || NameRules.IdentifierProblem(id) is null) return id;
        var name = string.Concat(id.Select(c => char.IsLetterOrDigit(c) ? c : '_'));
        if (!char.IsLetter(name[0]) && name[0] != '_') name = $"_{name}";
        if (NameRules.IdentifierProblem(name) is not null) name += "_1";
        values.Note("name", $"the device is called {name} in site.toml, because recipes write its name; its records keep \"{id}\"");
        return name;
    }

    private static List<GatewayTag> ReadTags(IniValues values)
    {
        var registers = values.List("registers");
        if (registers.Count == 0) values.Required("registers", "30001,30003");
        var types = SameCount(values, "register_types", registers.Count, isRequired: true);
        var data = SameCount(values, "data_types", registers.Count, isRequired: true);
        var labels = SameCount(values, "labels", registers.Count, isRequired: true);
        var units = SameCount(values, "units", registers.Count, isRequired: false);
        var scales = SameCount(values, "scaling_factors", registers.Count, isRequired: false);
        var tags = new List<GatewayTag>();
        if (types is null || data is null || labels is null || units is null || scales is null) return tags;
        for (var i = 0; i < registers.Count; i++)
        {
            CheckLabel(values, labels[i], tags);
            var address = RegisterAddress.Map(values, registers[i], types[i], data[i]);
            tags.Add(new GatewayTag(
                labels[i].Text, address, units.Count > 0 ? units[i].Text : "", scales.Count > 0 ? Scale(values, scales[i]) : null,
                registers[i].Text));
        }

        return tags;
    }

    private static void CheckLabel(IniValues values, (string Text, SourceLocation At) label, List<GatewayTag> tags)
    {
        if (NameRules.TextProblem(label.Text) is { } problem) values.Problems.Add(label.At, $"labels: {problem}");
        else if (tags.Exists(tag => tag.Label == label.Text)) values.Problems.Add(label.At, $"labels: \"{label.Text}\" is there twice");
    }

    /// <summary>Returns a list that has one item for each register, or none at all; null after a problem.</summary>
    private static IReadOnlyList<(string Text, SourceLocation At)>? SameCount(IniValues values, string key, int count, bool isRequired)
    {
        var items = values.List(key);

        // "V,A," has three items, the last of them empty.
        if (items.Count == count - 1 && values.Find(key) is { } list && list.Text.EndsWith(',')) items = [.. items, ("", list.At)];
        if (items.Count == count || (items.Count == 0 && !isRequired)) return items;
        if (items.Count == 0) values.Required(key, "…, one for each register");
        else values.Fail(key, $"expected {count} items, one for each register, found {items.Count}");
        return null;
    }

    private static string? Scale(IniValues values, (string Text, SourceLocation At) item)
    {
        if (item.Text.Length == 0) return null;
        if (NumberText.TryParse(item.Text, out var number) && double.IsFinite(number.Number) && number.Number != 0)
            return number.Number == 1 ? null : number.ToString();
        values.Problems.Add(item.At, $"scaling_factors: expected a number other than 0, such as 0.1, found \"{item.Text}\"");
        return null;
    }
}

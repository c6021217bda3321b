using PlantRuntime.Sites;

namespace PlantRuntime.Tools.Import.Gateway;

/// <summary>The gateway's settings that are not those of a device. Immutable.</summary>
/// <param name="ApiUrl">The URL that records are sent to.</param>
/// <param name="ApiTimeout">Longest time of a request in seconds.</param>
/// <param name="Interval">Time between two rounds in seconds.</param>
/// <param name="LogLevel">Level of the log in words of site.toml.</param>
/// <param name="LogFile">Path of the log file.</param>
internal sealed record GatewaySettings(string ApiUrl, int ApiTimeout, int Interval, string LogLevel, string LogFile);

/// <summary>One device of the gateway. Immutable.</summary>
/// <param name="Id">Its name in the records.</param>
/// <param name="Name">Its name in site.toml, which recipes can write.</param>
/// <param name="Type">Its type, such as ENERGY_METER; empty when not given.</param>
/// <param name="Host">Its address; null for a device on a serial line.</param>
/// <param name="TcpPort">Its TCP port.</param>
/// <param name="Line">Its serial line; null for a device on the network.</param>
/// <param name="Unit">Its unit id.</param>
/// <param name="Timeout">Longest time of an answer in seconds.</param>
/// <param name="Tags">Its tags, in the order of the file.</param>
internal sealed record GatewayDevice(
    string Id, string Name, string Type, string? Host, int TcpPort, GatewayLine? Line, int Unit, int Timeout,
    IReadOnlyList<GatewayTag> Tags);

/// <summary>A serial line of the gateway. Immutable.</summary>
/// <param name="Port">Path or name of the port.</param>
/// <param name="Baud">Bits per second.</param>
/// <param name="Parity">Parity in words of site.toml.</param>
/// <param name="DataBits">Data bits, 7 or 8.</param>
/// <param name="StopBits">Stop bits, 1 or 2.</param>
internal sealed record GatewayLine(string Port, int Baud, string Parity, int DataBits, int StopBits);

/// <summary>One register of a device. Immutable.</summary>
/// <param name="Label">Its label, the name of the tag.</param>
/// <param name="Address">Its address in the syntax of the driver modbus.</param>
/// <param name="Unit">Its unit; empty when not given.</param>
/// <param name="Scale">Its scaling factor as written; null for none, and for 1.</param>
/// <param name="Register">Its number in the file.</param>
internal sealed record GatewayTag(string Label, string Address, string Unit, string? Scale, string Register);

/// <summary>
/// The content of the config.ini of a Modbus gateway: a section DEFAULT with the gateway's settings, whose values every other section
/// inherits, and a section <c>DEVICE…</c> for each device. Immutable; read by <see cref="Read"/>, which performs no I/O.
/// </summary>
/// <param name="Settings">The gateway's settings.</param>
/// <param name="Devices">The devices, in the order of the file; at least one.</param>
/// <param name="Notes">What could not be mapped, or not exactly, each with its location, in the order of the file.</param>
internal sealed record GatewayConfig(GatewaySettings Settings, IReadOnlyList<GatewayDevice> Devices, IReadOnlyList<Problem> Notes)
{
    private const string Defaults = "DEFAULT";

    private static readonly string[] s_settings = ["log_level", "log_file", "api_url", "api_timeout", "collection_interval"];

    /// <summary>Returns the content of a file; null after problems, all of which are added to the list.</summary>
    public static GatewayConfig? Read(string text, string file, ProblemList problems)
    {
        var sections = IniReader.Read(text, file, problems);
        foreach (var value in sections.SelectMany(s => s.Values).Where(v => v.Text.Contains("%(", StringComparison.Ordinal)))
            problems.Add(value.At, $"{value.Key}: %(name)s of configparser is not replaced: write the value itself");
        var notes = new List<Problem>();
        var defaults = sections.FirstOrDefault(s => s.Name == Defaults) ?? new IniSection(Defaults, new SourceLocation(file, 0, 0), []);
        var settings = ReadSettings(new IniValues(defaults, null, problems, notes));
        var devices = new List<GatewayDevice>();
        foreach (var section in sections.Where(s => s != defaults))
        {
            if (!section.Name.StartsWith("DEVICE", StringComparison.OrdinalIgnoreCase))
                notes.Add(new Problem(section.At, $"the section [{section.Name}] is not mapped: expected [DEFAULT] or [DEVICE_…]"));
            else if (GatewayDeviceReader.Read(section, defaults, problems, notes) is { } device)
                Add(devices, device, section, problems);
        }

        if (devices.Count == 0 && problems.Count == 0)
            problems.Add(new SourceLocation(file, 0, 0), "there is no section [DEVICE_…] with a device");
        if (problems.Count > 0) return null;
        return new GatewayConfig(settings, devices, [.. notes.OrderBy(n => n.At.Line).ThenBy(n => n.At.Column)]);
    }

    private static void Add(List<GatewayDevice> devices, GatewayDevice device, IniSection section, ProblemList problems)
    {
        if (devices.Exists(d => d.Name == device.Name))
            problems.Add(section.Find("name")?.At ?? section.At, $"name: there is already a device {device.Name}");
        devices.Add(device);
    }

    private static GatewaySettings ReadSettings(IniValues values)
    {
        var url = values.Text("api_url", "http://localhost:8000");
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            values.Fail("api_url", $"expected a URL such as http://localhost:8000, found \"{url}\"");

        // Braces in the url of a sink name fields of the record.
        url = url.Replace("{", "%7B", StringComparison.Ordinal).Replace("}", "%7D", StringComparison.Ordinal);
        var settings = new GatewaySettings(
            url, values.Number("api_timeout", 30, 1, 300), values.Number("collection_interval", 60, 1, 86_400), Level(values),
            values.Text("log_file", "./log/gateway_ems.log"));
        if (values.Section.Find("api_token") is not null)
            values.Note("api_token", "the token is not copied: set EMS_API_TOKEN in the environment of the service");
        values.NoteOthers([.. s_settings, "api_token", .. GatewayDeviceReader.Keys]);
        return settings;
    }

    private static string Level(IniValues values)
    {
        var level = values.Text("log_level", "INFO");
        switch (level.ToUpperInvariant())
        {
            case "DEBUG" or "NOTSET":
                return "debug";
            case "INFO":
                return "info";
            case "WARN" or "WARNING":
                return "warn";
            case "ERROR" or "CRITICAL" or "FATAL":
                return "error";
            default:
                values.Fail("log_level", $"expected DEBUG, INFO, WARNING, ERROR or CRITICAL, found \"{level}\"");
                return "info";
        }
    }
}

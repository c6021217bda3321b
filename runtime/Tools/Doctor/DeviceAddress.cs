using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace PlantRuntime.Tools.Doctor;

/// <summary>
/// The address of one device on the command line, written as the options of a device in site.toml:
/// <c>modbus:///dev/ttyUSB0?baud=9600</c>, <c>modbus://192.168.0.10:502?unit=1</c>, <c>s7://192.168.0.2</c>. Immutable.
/// </summary>
/// <param name="SiteToml">A site.toml with this device alone.</param>
/// <param name="Given">The keys of the options that the address gives.</param>
internal sealed record DeviceAddress(string SiteToml, IReadOnlyCollection<string> Given)
{
    private const string Separator = "://";

    /// <summary>Returns true if an argument is an address and not a folder.</summary>
    public static bool IsAddress(string argument) => argument.Contains(Separator, StringComparison.Ordinal);

    /// <summary>Parses an address. Returns false and the problem if it is wrong.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out DeviceAddress? address, [NotNullWhen(false)] out string? problem)
    {
        address = null;
        var at = text.IndexOf(Separator, StringComparison.Ordinal);
        var (driver, rest) = (text[..at], text[(at + Separator.Length)..]);

        // The scheme of OPC UA's own addresses.
        if (driver == "opc.tcp") driver = "opcua";
        var (place, query) = rest.IndexOf('?') is var mark and >= 0 ? (rest[..mark], rest[(mark + 1)..]) : (rest, "");
        var options = new List<(string Key, string Value)>();
        problem = IsKey(driver) ? AddPlace(place, options) ?? AddQuery(query, options)
            : $"'{driver}' is no name of a driver: modbus, s7 …";
        if (problem is not null) return false;
        var toml = new StringBuilder("[site]\nname = \"doctor\"\n\n[devices.device]\n").Append(Line("driver", driver, isText: true));
        foreach (var (key, value) in options) toml.Append(Line(key, value, isText: key == "host"));
        address = new DeviceAddress(toml.ToString(), [.. options.Select(option => option.Key)]);
        return true;
    }

    // A path is a device file or, after one slash, the name of a port of Windows.
    private static string? AddPlace(string place, List<(string, string)> options)
    {
        if (place.StartsWith('/'))
        {
            var isDeviceFile = place.LastIndexOf('/') > 0;
            options.Add(("port", isDeviceFile ? place : place[1..]));
            return place.Length > 1 ? null : "the serial port is missing: modbus:///dev/ttyUSB0";
        }

        if (place.LastIndexOf('@') is var login and >= 0)
            return $"user and password never stand in an address: give them in site.toml, and only {place[(login + 1)..]} here";
        if (place.IndexOf('/') is var slash and >= 0)
        {
            // The path of an endpoint, as OPC UA servers have it.
            if (slash < place.Length - 1) options.Add(("path", place[slash..]));
            place = place[..slash];
        }

        var colon = place.LastIndexOf(':');
        var hasPort = colon > place.LastIndexOf(']');
        var host = (hasPort ? place[..colon] : place).Trim('[', ']');
        if (host.Length == 0) return "the host is missing: modbus://192.168.0.10 or, for a serial port, modbus:///dev/ttyUSB0";
        options.Add(("host", host));
        if (!hasPort) return null;
        if (!ushort.TryParse(place.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return $"'{place[(colon + 1)..]}' is no number of a port";
        options.Add(("port", place[(colon + 1)..]));
        return null;
    }

    private static string? AddQuery(string query, List<(string Key, string Value)> options)
    {
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=');
            if (equals <= 0 || !IsKey(part[..equals])) return $"'{part}' is no option: ?key=value&key=value";
            // The short form that other tools have.
            var key = part[..equals] == "unit" ? "unit_id" : part[..equals];
            if (options.Exists(option => option.Key == key)) return $"{key} is given twice";
            options.Add((key, Uri.UnescapeDataString(part[(equals + 1)..])));
        }

        return null;
    }

    private static bool IsKey(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    private static string Line(string key, string value, bool isText)
    {
        var isNumber = !isText && double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);
        if (isNumber || (!isText && value is "true" or "false")) return $"{key} = {value}\n";
        return $"{key} = {TomlText.Basic(value)}\n";
    }
}

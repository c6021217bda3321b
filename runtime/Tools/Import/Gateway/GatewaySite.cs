using System.Globalization;
using System.Text;

namespace PlantRuntime.Tools.Import.Gateway;

/// <summary>
/// Writes the files of a site that does what a gateway did: site.toml, its recipe, a test and an example of its environment. Pure.
/// </summary>
/// <param name="name">Name of the site.</param>
/// <param name="config">The gateway's configuration.</param>
internal sealed class GatewaySite(string name, GatewayConfig config)
{
    /// <summary>Returns the files by their path from the site's folder.</summary>
    public IReadOnlyList<(string Path, string Text)> Files() =>
    [
        ("site.toml", SiteToml()),
        ("recipes/ems.csx", Recipe()),
        ("tests/ems.test.csx", Test()),
        ("example.env", Environment()),
    ];

    private string SiteToml()
    {
        var (url, apiTimeout, interval, level, file) = config.Settings;
        var text = new StringBuilder($$"""
            # Made by `plant import ini`. Values such as "${NAME:-default}" can be set in the environment: see example.env.
            [site]
            name = {{TomlText.Quote(name)}}

            [log]
            level    = {{TomlText.Variable("LOG_LEVEL", level)}}
            file     = {{TomlText.Variable("LOG_FILE", file)}}
            max_size = "${LOG_MAX_SIZE:-10MB}"
            keep     = "${LOG_BACKUP_COUNT:-5}"


            """);
        foreach (var device in config.Devices) Add(text, device, interval);
        text.Append(CultureInfo.InvariantCulture, $$"""
            [sinks.ems]
            sink    = "http"
            url     = {{TomlText.Variable("EMS_API_URL", url)}}
            token   = { env = "EMS_API_TOKEN" }
            timeout = "${EMS_API_TIMEOUT:-{{apiTimeout}}}s"
            batch   = 100                       # records of one request, as a JSON array; mode = "single" sends each by itself
            queue   = { max_size = "512MB", max_age = "7d" }

            """);
        return text.ToString();
    }

    private static void Add(StringBuilder text, GatewayDevice device, int interval)
    {
        text.Append(CultureInfo.InvariantCulture, $"[devices.{device.Name}]\ndriver  = \"modbus\"\n");
        if (device.Line is { } line)
        {
            text.Append(CultureInfo.InvariantCulture, $"port    = {TomlText.Quote(line.Port)}\nbaud    = {line.Baud}\n");
            text.Append(CultureInfo.InvariantCulture, $"parity  = \"{line.Parity}\"\n");
            text.Append(CultureInfo.InvariantCulture, $"data_bits = {line.DataBits}\nstop_bits = {line.StopBits}\n");
        }
        else
        {
            text.Append(CultureInfo.InvariantCulture, $"host    = {TomlText.Quote(device.Host!)}\nport    = {device.TcpPort}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $$"""
            unit_id = {{device.Unit}}
            poll    = "${COLLECTION_INTERVAL:-{{interval}}}s"
            timeout = "{{device.Timeout}}s"

            """);
        if (device.Type.Length > 0) text.Append(CultureInfo.InvariantCulture, $"properties = {{ type = {TomlText.Quote(device.Type)} }}\n");
        text.Append(CultureInfo.InvariantCulture, $"\n  [devices.{device.Name}.tags]\n");
        foreach (var tag in device.Tags)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {TomlText.Key(tag.Label)} = {{ address = {TomlText.Quote(tag.Address)}");
            if (tag.Unit.Length > 0) text.Append(CultureInfo.InvariantCulture, $", unit = {TomlText.Quote(tag.Unit)}");
            if (tag.Scale is not null) text.Append(CultureInfo.InvariantCulture, $", scale = {tag.Scale}");
            text.Append(CultureInfo.InvariantCulture, $" }}    # {tag.Register}\n");
        }

        text.Append('\n');
    }

    // Devices whose records bear their own name share one line; the others get one each.
    private string Recipe()
    {
        var text = new StringBuilder("// Each scan of a device becomes one record of the service.\n");
        if (config.Devices.Where(d => d.Id == d.Name).Select(d => $"Plant.{d.Name}.Scans").ToList() is [var first, .. var others])
            AddFlow(text, others.Count == 0 ? first : $"{first}.Merge({string.Join(", ", others)})", "scan.Device");
        foreach (var device in config.Devices.Where(d => d.Id != d.Name))
            AddFlow(text, $"Plant.{device.Name}.Scans", Literal(device.Id));
        return text.ToString();
    }

    private static void AddFlow(StringBuilder text, string flow, string id) => text.Append(CultureInfo.InvariantCulture, $$"""

        {{flow}}
            .Where(scan => scan.Failure is null)        // a device that cannot be read at all sends nothing
            .Payload(scan => new { device_id = {{id}}, timestamp = scan.Time, measurements = scan.Measurements })
            .To(Sinks.ems);

        """);

    private string Test()
    {
        var text = new StringBuilder("// Run with: plant test\n");
        foreach (var device in config.Devices)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""
                Test({{Literal($"a scan of {device.Id} is a record")}}, plant =>
                {
                    plant.{{device.Name}}.Scan();
                    plant.Sinks.ems.ShouldHave(new { device_id = {{Literal(device.Id)}} });
                });

                """);
        }

        return text.ToString();
    }

    private string Environment() => string.Create(CultureInfo.InvariantCulture, $"""
        # The environment of the gateway. Copy it, fill it in, and keep it readable for the service's user only.
        # Only EMS_API_TOKEN is required; for everything else site.toml has a default.
        EMS_API_TOKEN=your-api-token
        # EMS_API_URL=http://localhost:8000
        # EMS_API_TIMEOUT={config.Settings.ApiTimeout}
        # COLLECTION_INTERVAL={config.Settings.Interval}
        # LOG_LEVEL={config.Settings.LogLevel}
        # LOG_FILE=logs/plant.log
        # LOG_MAX_SIZE=10MB
        # LOG_BACKUP_COUNT=5

        """);

    // A literal of C#: what is not a plain character is escaped.
    private static string Literal(string text)
    {
        var literal = new StringBuilder("\"");
        foreach (var c in text)
        {
            if (c is '"' or '\\') literal.Append('\\').Append(c);
            else if (char.IsControl(c) || c > '\u00ff') literal.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            else literal.Append(c);
        }

        return literal.Append('"').ToString();
    }
}

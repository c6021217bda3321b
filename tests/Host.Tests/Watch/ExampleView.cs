using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PlantRuntime.Host.Cli.Watch;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Host.Tests.Watch;

/// <summary>Events of a host as its stream has them, and the table that is made of them.</summary>
internal sealed partial class ExampleView
{
    /// <summary>12:00:00 UTC of a day, in milliseconds since 1970.</summary>
    public const long Noon = 1_790_000_000_000 / 86_400_000 * 86_400_000 + 43_200_000;

    /// <summary>A reason of 300 characters, whose last word is the proof that all of it is there.</summary>
    public static string LongReason(string name) =>
        $"{name}: " + string.Concat(Enumerable.Repeat("the connection was refused by the device ", 8))[..(296 - name.Length)].TrimEnd()
            + " .end";

    public SiteView View { get; } = new("sites/press-hall");

    public TableState State { get; } = new(endsPlant: false);

    /// <summary>Applies the definitions of tags of one device, all with the same unit.</summary>
    public ExampleView Tags(string device, params string[] names)
    {
        var tags = new JsonArray([.. names.Select(n => new JsonObject { ["name"] = n, ["unit"] = "m" })]);
        return Apply("tags", new JsonObject
        {
            ["qualities"] = new JsonArray("GOOD", "STALE", "BAD"),
            ["devices"] = new JsonArray(new JsonObject { ["name"] = device, ["tags"] = tags }),
        });
    }

    /// <summary>Applies values as <c>[index, value, quality, time, …]</c>, at noon.</summary>
    public ExampleView Values(string changes) =>
        Apply("values", new JsonObject { ["time"] = Noon, ["all"] = false, ["changes"] = JsonNode.Parse(changes) });

    /// <summary>Applies a status with devices and recipes, given by name, state and reason; those in state Running are healthy.</summary>
    public ExampleView Status(
        IEnumerable<(string Name, string State, string? Reason)> devices, params (string Name, string State, string? Reason)[] recipes) =>
        Status(null, devices, recipes);

    /// <summary>Applies a status like the other one, with a warning of the disk with the data.</summary>
    public ExampleView Status(string? diskWarning,
        IEnumerable<(string Name, string State, string? Reason)> devices, params (string Name, string State, string? Reason)[] recipes) =>
        Apply("status", new JsonObject
        {
            ["site"] = "press-hall", ["health"] = "degraded", ["ready"] = "not_ready", ["time"] = "2026-09-21T12:00:00Z",
            ["site_error"] = null, ["queue_error"] = null, ["log_error"] = null,
            ["disks"] = new JsonArray(new JsonObject { ["folder"] = "/data", ["warning"] = diskWarning }),
            ["devices"] = new JsonArray([.. devices.Select(d => new JsonObject
            {
                ["name"] = d.Name, ["state"] = d.State, ["healthy"] = d.State == "Running", ["reason"] = d.Reason, ["scans"] = 10,
                ["failed"] = 3, ["skipped"] = 0, ["cycle_ms"] = 1.5, ["last_scan"] = null, ["properties"] = new JsonArray(),
            })]),
            ["mirrors"] = new JsonArray(),
            ["sinks"] = new JsonArray(new JsonObject
            {
                ["name"] = "history", ["state"] = "Running", ["healthy"] = true, ["reason"] = null, ["waiting"] = 12,
                ["delivered"] = 1000, ["dead_lettered"] = 0, ["lost"] = 0,
            }),
            ["recipes"] = new JsonArray([.. recipes.Select(r => new JsonObject
            {
                ["file"] = r.Name, ["state"] = r.State, ["healthy"] = r.State == "Running", ["reason"] = r.Reason, ["version"] = 2,
                ["faults"] = 7, ["lost_scans"] = 0, ["groups"] = null,
            })]),
        });

    public ExampleView Apply(string name, JsonNode data)
    {
        View.Apply(new SiteEvent(name, JsonSerializer.SerializeToElement(data)));
        return this;
    }

    /// <summary>Presses keys, one after the other, with the screen drawn after each as the loop does.</summary>
    public ExampleView Press(params ConsoleKey[] keys)
    {
        foreach (var key in keys) Press(new ConsoleKeyInfo('\0', key, false, false, false));
        return this;
    }

    /// <inheritdoc cref="Press(ConsoleKey[])"/>
    public ExampleView Type(string text)
    {
        foreach (var letter in text) Press(new ConsoleKeyInfo(letter, default, false, false, false));
        return this;
    }

    /// <summary>The lines of the screen, with their colours.</summary>
    public List<string> Render(int width = 80, int height = 24, bool hasColor = true)
    {
        State.Update(View);
        return TableRenderer.Render(View, State, width, height, hasColor);
    }

    /// <summary>The lines of the screen as a reader sees them.</summary>
    public List<string> Screen(int width = 80, int height = 24) =>
        [.. Render(width, height).Select(l => Styles().Replace(l, ""))];

    private void Press(ConsoleKeyInfo key)
    {
        Render();
        State.Press(key);
    }

    [GeneratedRegex(@"\u001b\[[0-9;]*m")]
    private static partial Regex Styles();
}

using PlantRuntime.Contracts;
using PlantRuntime.Sites.Binding;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Text;
using PlantRuntime.Sites.Toml;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;

namespace PlantRuntime.Sites.Settings;

/// <summary>
/// Converts a site, device, tag or sink model to a list of dotted keys with normalized text values, and compares two such lists. A reload
/// and <c>plant diff</c> use it to decide what restarts; the write service uses it to keep unchanged tag writers. Equal lists mean equal
/// settings: locations in files, the order of a plugin's keys and the spelling of a value ("1s", "1000ms") make no difference; the order of
/// tags does, because scans deliver values in that order. Pure; any thread.
/// </summary>
internal static partial class SettingsList
{
    private const string TagOrder = "the order of its tags";

    /// <summary>
    /// Returns the settings of the site itself, by section: <c>limits.recipe_time</c>. Devices and sinks are not included.
    /// </summary>
    public static IReadOnlyList<Setting> From(SiteModel site)
    {
        var list = new SettingsListBuilder();
        list.Add("site.name", site.Name);
        list.Add("site.plant_id", site.PlantId);
        list.Add("site.tenant", site.Tenant);
        list.Add("site.time_zone", site.TimeZone.Id);
        if (site.RequireLock) list.Add("site.require_lock", true);
        foreach (var (plugin, sink) in site.Lease) list.Add($"site.lease.{plugin}", sink);
        if (site.Health is not null) list.Add("site.health", site.Health);
        if (site.Web is not null) list.AddOptions("web", site.Web);
        list.AddOptions("log", site.Log);
        list.AddOptions("limits", site.Limits);
        return list.Items;
    }

    /// <summary>Returns the settings of <c>[devices.NAME]</c>, including its tags.</summary>
    public static IReadOnlyList<Setting> From(DeviceModel device)
    {
        var list = new SettingsListBuilder();
        list.Add("driver", device.Driver);
        list.Add("poll", device.Poll);
        list.Add("timeout", device.Timeout);
        list.AddOptions("reconnect", device.Reconnect);
        list.Add("blocks", device.Blocks);
        list.Add("writable", device.WritableAt is not null);
        foreach (var (key, value) in device.Properties) list.Add($"properties.{key}", value);
        if (device.TimeZone != TimeZoneInfo.Utc) list.Add("time_zone", device.TimeZone?.Id);
        list.AddTable("", device.Settings);
        foreach (var tag in device.Tags) list.AddTag(tag);
        return list.Items;
    }

    /// <summary>Returns the settings of a tag.</summary>
    public static IReadOnlyList<Setting> From(TagModel tag)
    {
        var list = new SettingsListBuilder();
        list.AddTag(tag);
        return list.Items;
    }

    /// <summary>Returns the settings of <c>[sinks.NAME]</c>.</summary>
    public static IReadOnlyList<Setting> From(SinkModel sink)
    {
        var list = new SettingsListBuilder();
        list.Add("sink", sink.Sink);
        list.Add("delivery", sink.Delivery);
        if (sink.TimeZone != TimeZoneInfo.Utc) list.Add("time_zone", sink.TimeZone.Id);
        if (sink.Delivery == DeliveryKind.Queued) list.AddOptions("queue", sink.Queue);
        list.AddTable("", sink.Settings);
        return list.Items;
    }

    /// <summary>
    /// Returns the keys that differ, as texts for people such as "host" or "tags.speed added"; empty if the lists are equal.
    /// </summary>
    public static IReadOnlyList<string> Difference(IReadOnlyList<Setting> old, IReadOnlyList<Setting> now)
    {
        var before = old.ToDictionary(s => s.Key, s => s.Value);
        var after = now.ToDictionary(s => s.Key, s => s.Value);
        string[] keys =
        [
            .. now.Where(s => before.TryGetValue(s.Key, out var value) && value != s.Value).Select(s => s.Key),
            .. OnlyIn(now, before).Select(key => $"{key} added"),
            .. OnlyIn(old, after).Select(key => $"{key} removed"),
        ];
        return keys.Length == 0 && !old.SequenceEqual(now) ? [TagOrder] : keys;
    }

    /// <summary>
    /// True if a text of <see cref="Difference"/> means that scans have other tags: one was added or removed, or the unit, description or
    /// order changed. False if only the source or the processing of values changed.
    /// </summary>
    public static bool ChangesTags(string difference) => difference == TagOrder || TagSetChange().IsMatch(difference);

    /// <summary>
    /// Matches a text of <see cref="Difference"/> about a tag that was added or removed, or whose unit or description changed. The name of
    /// the tag is in quotes if it has other characters than letters, digits, _ and -.
    /// </summary>
    [GeneratedRegex("""^tags\.(".*"|[\w-]+)( (added|removed)|\.(unit|description)( (added|removed))?)$""")]
    private static partial Regex TagSetChange();

    /// <summary>
    /// Returns the keys that only one list has. Of a whole table only the key of the table is returned, without the keys below it.
    /// </summary>
    private static IEnumerable<string> OnlyIn(IReadOnlyList<Setting> settings, Dictionary<string, string> others)
    {
        var keys = settings.Select(s => s.Key).Where(key => !others.ContainsKey(key)).ToHashSet();
        return keys.Where(key => key.LastIndexOf('.') is var dot && (dot < 0 || !keys.Contains(key[..dot])));
    }
}

/// <summary>One key with its value as text: <c>tags.speed.address</c>, <c>"sine"</c>.</summary>
/// <param name="Key">Dotted key, relative to the table of the device, tag, sink or site.</param>
/// <param name="Value">The value in normalized form, independent of its spelling in the file.</param>
internal readonly record struct Setting(string Key, string Value);

/// <summary>
/// Collects the settings of one model. Null and empty values are omitted, so that a default value that is written in the file equals an
/// omitted one. Used within one call; not thread-safe.
/// </summary>
internal sealed class SettingsListBuilder
{
    private static readonly OptionProperty[] s_tag =
        [.. OptionProperty.From(typeof(TagModel)).Where(p => p.Property.Name != nameof(TagModel.Range))];

    private readonly List<Setting> _items = [];

    public IReadOnlyList<Setting> Items => _items;

    /// <summary>Adds a value of the host's own options, unless it is null or empty.</summary>
    public void Add(string key, object? value)
    {
        if (value is IValidatedOptions options) AddOptions(key, options);
        else if (Text(value) is { Length: > 0 } text) _items.Add(new Setting(key, text));
    }

    /// <summary>Adds the host's own options below a key.</summary>
    public void AddOptions(string key, IValidatedOptions options)
    {
        _items.Add(new Setting(key, "{}"));
        foreach (var option in OptionProperty.From(options.GetType())) Add($"{key}.{option.Key}", option.Property.GetValue(options));
    }

    public void AddTag(TagModel tag)
    {
        var key = $"tags.{Quoted(tag.Name)}";
        _items.Add(new Setting(key, "{}"));
        foreach (var option in s_tag) Add($"{key}.{option.Key}", option.Property.GetValue(tag));
    }

    /// <summary>Adds a plugin's keys, in ordinal order.</summary>
    public void AddTable(string prefix, TomlTable table)
    {
        foreach (var entry in Ordered(table))
        {
            var key = prefix + Quoted(entry.Key);
            _items.Add(new Setting(key, entry.Value is TomlTable ? "{}" : Text(entry.Value)));
            if (entry.Value is TomlTable below) AddTable($"{key}.", below);
        }
    }

    private static string Quoted(string key) => key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? key : $"\"{key}\"";

    private static string? Text(object? value) => value switch
    {
        null or SourceLocation => null,
        TimeSpan time => DurationText.Format(time),
        Enum word => SnakeCase.From(word.ToString()),
        IReadOnlyList<string> texts => $"[{string.Join(", ", texts)}]",
        IReadOnlyList<double> numbers => $"[{string.Join(", ", numbers.Select(n => n.ToString(CultureInfo.InvariantCulture)))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    private static string Text(TomlValue value) => value switch
    {
        TomlString text => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text.Text)}\"",
        TomlInteger integer => integer.Value.ToString(CultureInfo.InvariantCulture),
        TomlFloat number => number.Value.ToString(CultureInfo.InvariantCulture),
        TomlBoolean truth => truth.Value ? "true" : "false",
        TomlDateTime time => string.Create(CultureInfo.InvariantCulture, $"{time.DateTimeKind} {time.Value:O} {time.Offset}"),
        TomlArray array => $"[{string.Join(", ", array.Items.Select(Text))}]",
        TomlTable table => $"{{{string.Join(", ", Ordered(table).Select(e => $"{Quoted(e.Key)}={Text(e.Value)}"))}}}",
        _ => throw new NotSupportedException($"no text for {value.Kind}"),
    };

    private static IEnumerable<TomlEntry> Ordered(TomlTable table) => table.Entries.OrderBy(e => e.Key, StringComparer.Ordinal);
}

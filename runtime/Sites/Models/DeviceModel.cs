using PlantRuntime.Contracts;
using PlantRuntime.Sites.Text;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.Sites.Models;

/// <summary>
/// The settings of one <c>[devices.NAME]</c> of site.toml. The options binder fills the properties that can be set publicly, which are the
/// host's keys; the builder adds the name, the locations, the tags and the driver's keys. Immutable.
/// </summary>
internal sealed record DeviceModel : IValidatedOptions
{
    /// <summary>The host's own keys of a device; all others are the driver's.</summary>
    public static readonly IReadOnlyList<string> HostKeys =
        ["driver", "poll", "timeout", "reconnect", "blocks", "writable", "properties", "time_zone", "tags"];

    /// <summary>Name of the device, which recipes write as a C# identifier.</summary>
    public required string Name { get; internal init; }

    /// <summary>The location of the name.</summary>
    public required SourceLocation At { get; internal init; }

    /// <summary>Name of the driver plugin: its options are in a section below. <c>plant plugins</c> lists those that are there.</summary>
    /// <example>driver = "s7"</example>
    public required string Driver { get; init; }

    /// <summary>The location of <see cref="Driver"/>.</summary>
    public required SourceLocation DriverAt { get; internal init; }

    /// <summary>Time between the beginnings of two scans, from 1ms to 24d. Devices that send values by themselves may ignore it.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest time that a connect, a scan or a write may take, from 1ms to 24d.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The times at which the host connects again.</summary>
    public ReconnectOptions Reconnect { get; init; } = new();

    /// <summary>The access of recipes to its blocks of raw bytes.</summary>
    public BlockAccess Blocks { get; init; }

    /// <summary>True if the tags that have the key write may be written (writing.md).</summary>
    public bool Writable { get; init; }

    /// <summary>The zone of the device's times that name none: without it that of the site.</summary>
    /// <example>time_zone = "America/Santiago"</example>
    public TimeZoneInfo? TimeZone { get; init; }

    /// <summary>The location of <c>writable = true</c>; null when no tag may be written.</summary>
    public SourceLocation? WritableAt { get; internal init; }

    /// <summary>
    /// The tags, in the order of the file: a table of names, each with an address or a table of the keys below, or a tag table (csv.md). A
    /// device that is used only by blocks may have none.
    /// </summary>
    /// <example>tags = "press.csv"</example>
    public required IReadOnlyList<TagModel> Tags { get; internal init; }

    /// <summary>The site's own properties of the device, by name, for recipes and for metrics.</summary>
    /// <example>properties = { type = "ENERGY_METER", floor = 2 }</example>
    public IReadOnlyDictionary<string, object> Properties { get; internal init; } = new Dictionary<string, object>();

    /// <summary>The driver's own keys, for the options binder.</summary>
    public required TomlTable Settings { get; internal init; }

    /// <summary>The strings, longs, doubles and bools of <see cref="Settings"/>, by key. Secrets are tables, so none is here.</summary>
    public required IReadOnlyDictionary<string, object> Scalars { get; internal init; }

    /// <summary>Creates the tags that samples refer to. They are compared by reference, so one session uses one list.</summary>
    public IReadOnlyList<Tag> CreateTags() => [.. Tags.Select((t, i) => new Tag(i, t.Name, Name, t.Unit, t.Description))];

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate() => DurationRules.Check(("poll", Poll), ("timeout", Timeout));
}

/// <summary>The access of recipes to a device's blocks of raw bytes.</summary>
internal enum BlockAccess
{
    /// <summary>Recipes may read blocks.</summary>
    Read,

    /// <summary>A <c>MirrorTo</c> or <c>EncodeTo</c> may also write them.</summary>
    Write,
}

using System.Net;
using PlantRuntime.Contracts;

namespace PlantRuntime.Sites.Models;

/// <summary>
/// A site as site.toml and its tag tables describe it, checked as far as that is possible without plugins. The options binder fills the
/// properties that can be set publicly, which are the keys of <c>[site]</c>; the builder adds the other sections. Immutable.
/// </summary>
internal sealed record SiteModel : IValidatedOptions
{
    /// <summary>Absolute folder of the site.</summary>
    public required string Folder { get; internal init; }

    /// <summary>Absolute folder of what the host and its plugins keep for the site.</summary>
    public string DataFolder => SiteFolders.Data(Folder);

    /// <summary>Name of the site, in records, logs and metrics and on the page.</summary>
    /// <example>name = "press-hall"</example>
    public required string Name { get; init; }

    /// <summary>Number of the plant in records.</summary>
    [Bounds(0, int.MaxValue)]
    public int PlantId { get; init; } = 1;

    /// <summary>Owner of the plant in records; empty without it.</summary>
    /// <example>tenant = "clienteA"</example>
    public string Tenant { get; init; } = "";

    /// <summary>The zone of times without a zone, and of days, windows and daily files.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Refuses plugins that are not in plugins.lock with their present content (security.md).</summary>
    public bool RequireLock { get; init; }

    /// <summary>
    /// The sink whose server keeps the lease by which one of several hosts is active, by the name of its plugin; with <c>expiry</c>
    /// ("3s") and <c>standby</c> ("warm" or "cold"). Without it the host is alone (lease.md).
    /// </summary>
    /// <example>lease = { nats = "bus" }</example>
    public IReadOnlyDictionary<string, string> Lease { get; init; } = new Dictionary<string, string>();

    /// <summary>The parsed <see cref="Lease"/>; null without one.</summary>
    internal LeaseModel? LeaseModel => LeaseModel.From(Lease);

    /// <summary>Address and port of the health response, which has no login. Without it there is none (lease.md).</summary>
    /// <example>health = "127.0.0.1:8080"</example>
    public string? Health { get; init; }

    /// <summary>The parsed <see cref="Health"/>.</summary>
    public IPEndPoint? HealthAddress => Health is not null && IPEndPoint.TryParse(Health, out var address) ? address : null;

    /// <summary>The section <c>[web]</c>; null without one.</summary>
    public WebOptions? Web { get; internal init; }

    /// <summary>The section <c>[log]</c>.</summary>
    public LogOptions Log { get; internal init; } = new();

    /// <summary>The settings of the log that the environment gives.</summary>
    public LogOverrides LogOverrides { get; internal init; } = LogOverrides.None;

    /// <summary>The settings of the log that apply: those of the environment, then those of <c>[log]</c>.</summary>
    public LogOptions EffectiveLog => LogOverrides.ApplyTo(Log);

    /// <summary>The section <c>[limits]</c>.</summary>
    public LimitOptions Limits { get; internal init; } = new();

    /// <summary>The devices, in the order of the file; at least one.</summary>
    public required IReadOnlyList<DeviceModel> Devices { get; internal init; }

    /// <summary>The sinks, in the order of the file.</summary>
    public required IReadOnlyList<SinkModel> Sinks { get; internal init; }

    /// <summary>Remarks about tag tables that do not prevent a start.</summary>
    public IReadOnlyList<Problem> Warnings { get; internal init; } = [];

    /// <summary>
    /// The files that the site was read from, site.toml first, each with its stamp (<see cref="Text.FileFacts.Stamp"/>) before it was read.
    /// </summary>
    public IReadOnlyList<(string Path, string Stamp)> Files { get; internal init; } = [];

    /// <summary>Names of the plugins that the site uses.</summary>
    public IReadOnlySet<string> PluginNames =>
        Devices.Select(d => d.Driver).Concat(Sinks.Select(s => s.Sink)).ToHashSet(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (NameRules.TextProblem(Name) is { } problem) yield return ("name", problem);
        foreach (var lease in LeaseModel.Check(Lease)) yield return ("lease", lease);
        if (Health is not null && HealthAddress is not { Port: > 0 })
            yield return ("health", "is an address with a port, for instance \"0.0.0.0:8080\" or \"127.0.0.1:8080\"");
    }
}

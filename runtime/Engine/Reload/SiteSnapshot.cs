using System.Text.Json.Serialization;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Settings;

namespace PlantRuntime.Engine.Reload;

/// <summary>Lists the settings of one device or sink. Immutable.</summary>
/// <param name="Name">Its name in site.toml.</param>
/// <param name="Settings">All settings that site.toml and its tag table give it.</param>
internal sealed record PartSnapshot(string Name, IReadOnlyList<Setting> Settings);

/// <summary>
/// Describes the parts of a running site, or of a site folder, as text that another process can read. ReloadPlan.Compare compares two of
/// them. Immutable and serializable; any thread.
/// </summary>
/// <param name="Name">The site's name, which applies until the host ends, like the next two.</param>
/// <param name="PlantId">Number of the plant in records.</param>
/// <param name="Tenant">Tenant of the plant.</param>
/// <param name="Site">Settings that belong to no device and no sink.</param>
/// <param name="Devices">The devices.</param>
/// <param name="Sinks">The sinks.</param>
/// <param name="Recipes">The recipes that run; of a folder, all.</param>
internal sealed record SiteSnapshot(
    string Name, int PlantId, string Tenant, IReadOnlyList<Setting> Site, IReadOnlyList<PartSnapshot> Devices,
    IReadOnlyList<PartSnapshot> Sinks, IReadOnlyList<RecipeSnapshot> Recipes)
{
    /// <summary>Why the last edit of site.toml was rolled back; null when it was not.</summary>
    public string? RolledBackReason { get; init; }

    /// <param name="site">The site as it runs or would run.</param>
    /// <param name="recipes">Its recipes.</param>
    /// <param name="declared">The site as its site.toml declares it, where that differs.</param>
    public static SiteSnapshot From(SiteModel site, IEnumerable<RecipeSnapshot> recipes, SiteModel? declared = null) => new(
        site.Name,
        site.PlantId,
        site.Tenant,
        SettingsList.From(declared ?? site),
        [.. site.Devices.Select(d => new PartSnapshot(d.Name, SettingsList.From(d)))],
        [.. site.Sinks.Select(s => new PartSnapshot(s.Name, SettingsList.From(s)))],
        [.. recipes]);

    /// <summary>Returns a site.toml as a running host can apply it: settings that apply until the host ends stay as they run.</summary>
    public SiteModel KeepStartupOnly(SiteModel next) => next with { Name = Name, PlantId = PlantId, Tenant = Tenant };
}

/// <summary>Serializes snapshots of a running host, and plans for scripts, with generated code.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true)]
[JsonSerializable(typeof(SiteSnapshot))]
[JsonSerializable(typeof(ReloadPlan))]
internal sealed partial class ReloadJson : JsonSerializerContext;

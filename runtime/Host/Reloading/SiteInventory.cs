using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Reloading;

/// <summary>
/// What a site consists of, in words that another process can read: the site that runs, or a folder. Two make a <see cref="ReloadPlan"/>.
/// </summary>
/// <param name="Name">The site's name, which holds until the host ends; so do the next two.</param>
/// <param name="PlantId">Number of the plant in records.</param>
/// <param name="Tenant">Whose plant it is.</param>
/// <param name="Site">What is neither a device nor a sink.</param>
/// <param name="Devices">The devices.</param>
/// <param name="Sinks">The sinks.</param>
/// <param name="Recipes">The recipes that run; of a folder, all.</param>
internal sealed record SiteInventory(
    string Name, int PlantId, string Tenant, IReadOnlyList<Setting> Site, IReadOnlyList<PartInventory> Devices,
    IReadOnlyList<PartInventory> Sinks, IReadOnlyList<RecipeInventory> Recipes)
{
    /// <summary>What became of the last edit, when it was taken back; null otherwise.</summary>
    public string? TakenBack { get; init; }

    /// <param name="site">The site; <paramref name="said"/> when that is not all that its site.toml says.</param>
    /// <param name="recipes">Its recipes.</param>
    /// <param name="said">The site as its site.toml says it.</param>
    public static SiteInventory Of(SiteModel site, IEnumerable<RecipeInventory> recipes, SiteModel? said = null) => new(
        site.Name,
        site.PlantId,
        site.Tenant,
        SiteSettings.Of(said ?? site),
        [.. site.Devices.Select(d => new PartInventory(d.Name, SiteSettings.Of(d)))],
        [.. site.Sinks.Select(s => new PartInventory(s.Name, SiteSettings.Of(s)))],
        [.. recipes]);

    /// <summary>A site.toml as a running host can take it: what holds until the host ends stays as it runs.</summary>
    public SiteModel Adapt(SiteModel next) => next with { Name = Name, PlantId = PlantId, Tenant = Tenant };
}

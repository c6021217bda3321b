using System.Globalization;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Host.Reloading;

/// <summary>What a recipe does, as its plan says.</summary>
/// <param name="File">Path from the site folder.</param>
/// <param name="Meaning">Equal for two versions that were made of the same text and the same devices and sinks.</param>
/// <param name="Devices">The devices whose scans it takes.</param>
/// <param name="Reaches">The devices of whose blocks and writable tags it knows: site.toml decides what it may do there.</param>
/// <param name="Sinks">The sinks that it feeds.</param>
/// <param name="Mirrors">Its mirrors, in words.</param>
/// <param name="Writes">The tags and blocks that it writes: press.setpoint, lab DB500.</param>
/// <param name="Places">Where its operators that remember stand, as <see cref="Place.Parse"/> reads it.</param>
internal sealed record RecipeInventory(
    string File, string Meaning, IReadOnlyList<string> Devices, IReadOnlyList<string> Reaches, IReadOnlyList<string> Sinks,
    IReadOnlyList<string> Mirrors, IReadOnlyList<string> Writes, IReadOnlyList<string> Places)
{
    /// <summary>The meaning of a version that failed and is not tried again; null while there is none.</summary>
    public string? Refused { get; init; }

    public static RecipeInventory Of(string file, string meaning, Plan plan) => new(
        file,
        meaning,
        [.. plan.Sources.Keys],
        [.. Reached(plan).Distinct()],
        [.. plan.Routes.SelectMany(r => r.Sinks).Distinct()],
        [.. plan.Mirrors.Select(Words)],
        [.. plan.Writes.Select(w => $"{w.Device}.{w.Tag}").Concat(plan.Images.Select(i => $"{i.Device} {i.Address}")).Distinct()],
        [.. plan.Places.Select(p => p.ToString())]);

    /// <summary>The places as a plan knows them.</summary>
    public IReadOnlyList<Place> PlacesOfPlan() => [.. Places.Select(Place.Parse)];

    private static IEnumerable<string> Reached(Plan plan) =>
    [
        .. plan.Mirrors.SelectMany(m => new[] { m.Source, m.Target }), .. plan.Decodings.Select(d => d.Device),
        .. plan.Images.Select(i => i.Device), .. plan.Writes.Select(w => w.Device),
    ];

    private static string Words(Mirror mirror) => string.Create(
        CultureInfo.InvariantCulture,
        $"{mirror.Source} {mirror.SourceAddress} > {mirror.Target} {mirror.TargetAddress} ({mirror.Bytes} bytes every {mirror.Every.TotalMilliseconds:0.###} ms, "
        + $"at most {mirror.MaxAge.TotalMilliseconds:0.###} ms old{(mirror.ChangedOnly ? ", only what changed" : "")}"
        + $"{(mirror.Watchdog is { } watchdog ? $", watchdog {watchdog}" : "")})");
}

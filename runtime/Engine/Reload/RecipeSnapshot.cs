using System.Globalization;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Blocks;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Engine.Reload;

/// <summary>
/// Lists the effects of a recipe, as its plan declares them. Immutable and serializable; part of a <see cref="SiteSnapshot"/>.
/// </summary>
/// <param name="File">Path from the site folder.</param>
/// <param name="Meaning">Equal for two versions that were built from the same text and the same devices and sinks.</param>
/// <param name="Devices">The devices whose scans it receives.</param>
/// <param name="Accesses">The devices whose blocks it reads or writes, or whose tags it writes; site.toml grants these rights.</param>
/// <param name="Sinks">The sinks that it sends to.</param>
/// <param name="Mirrors">Descriptions of its mirrors.</param>
/// <param name="Writes">The tags and blocks that it writes: press.setpoint, lab DB500.</param>
/// <param name="OperatorPaths">Paths of its operators with state, in the form that <see cref="OperatorPath.Parse"/> reads.</param>
internal sealed record RecipeSnapshot(
    string File, string Meaning, IReadOnlyList<string> Devices, IReadOnlyList<string> Accesses, IReadOnlyList<string> Sinks,
    IReadOnlyList<string> Mirrors, IReadOnlyList<string> Writes, IReadOnlyList<string> OperatorPaths)
{
    /// <summary>Meaning of a version that failed and is not tried again; null while there is none.</summary>
    public string? Refused { get; init; }

    public static RecipeSnapshot From(string file, string meaning, Plan plan) => new(
        file,
        meaning,
        [.. plan.Sources.Keys],
        [.. Accessed(plan).Distinct()],
        [.. plan.Routes.SelectMany(r => r.Sinks).Distinct()],
        [.. plan.Mirrors.Select(Describe)],
        [.. plan.Writes.Select(w => $"{w.Device}.{w.Tag}").Concat(plan.Images.Select(i => $"{i.Device} {i.Address}")).Distinct()],
        [.. plan.OperatorPaths.Select(p => p.ToString())]);

    /// <summary>Returns the operator paths as a plan has them.</summary>
    public IReadOnlyList<OperatorPath> ParseOperatorPaths() => [.. OperatorPaths.Select(OperatorPath.Parse)];

    private static IEnumerable<string> Accessed(Plan plan) =>
    [
        .. plan.Mirrors.SelectMany(m => new[] { m.Source, m.Target }), .. plan.Decodings.Select(d => d.Device),
        .. plan.Images.Select(i => i.Device), .. plan.Writes.Select(w => w.Device),
    ];

    private static string Describe(Mirror mirror) => string.Create(
        CultureInfo.InvariantCulture,
        $"{mirror.Source} {mirror.SourceAddress} > {mirror.Target} {mirror.TargetAddress} ({mirror.Bytes} bytes every {mirror.Every.TotalMilliseconds:0.###} ms, "
        + $"at most {mirror.MaxAge.TotalMilliseconds:0.###} ms old{(mirror.ChangedOnly ? ", only what changed" : "")}"
        + $"{(mirror.Watchdog is { } watchdog ? $", watchdog {watchdog}" : "")})");
}

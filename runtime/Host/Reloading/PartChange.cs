namespace PlantRuntime.Host.Reloading;

/// <summary>What a reload does to a device, a sink or a section of site.toml.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What is done.</param>
/// <param name="Keys">The keys that say something else.</param>
internal sealed record PartChange(string Name, ChangeKind Kind, IReadOnlyList<string> Keys)
{
    private const int MostKeys = 6;

    public override string ToString() => Kind switch
    {
        ChangeKind.Kept => "kept",
        ChangeKind.Adjusted => $"kept; changes at once: {Listed}",
        ChangeKind.Restarts => $"restarts: {Listed}",
        ChangeKind.NextStart => $"takes effect at the next start: {Listed}",
        ChangeKind.Added => "added",
        _ => "removed",
    };

    private string Listed =>
        string.Join(", ", Keys.Take(MostKeys)) + (Keys.Count > MostKeys ? $" and {Keys.Count - MostKeys} more" : "");
}

namespace PlantRuntime.Engine.Reload;

/// <summary>Classifies how a reload treats a part of the site.</summary>
internal enum ChangeKind
{
    /// <summary>The part does not change: connections, sessions, counters and state continue.</summary>
    Kept,

    /// <summary>The part runs on and applies new settings.</summary>
    Adjusted,

    Added,

    Removed,

    /// <summary>The connection is closed, and opened again with other settings.</summary>
    Restarts,

    /// <summary>A new version of a recipe replaces the running one between two scans.</summary>
    Swapped,

    /// <summary>This version of a recipe has run and failed before, so that the running one is kept.</summary>
    Refused,

    /// <summary>The setting applies when the host is started again.</summary>
    NextStart,
}

/// <summary>Describes how a reload treats a device, a sink or a section of site.toml. Immutable.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">How it is treated.</param>
/// <param name="Keys">The keys whose values differ.</param>
internal sealed record PartChange(string Name, ChangeKind Kind, IReadOnlyList<string> Keys)
{
    private const int MaxListedKeys = 6;

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
        string.Join(", ", Keys.Take(MaxListedKeys)) + (Keys.Count > MaxListedKeys ? $" and {Keys.Count - MaxListedKeys} more" : "");
}

/// <summary>Describes how a reload treats a recipe. Immutable.</summary>
/// <param name="File">Path from the site folder.</param>
/// <param name="Kind">How it is treated.</param>
/// <param name="Added">
/// Effects that the new version has and the running one has not: "route press.csx > history", "write press.setpoint".
/// </param>
/// <param name="Removed">Effects that the running version has and the new one has not.</param>
/// <param name="Carried">Number of operators that keep their state.</param>
/// <param name="Dropped">Operators whose state is lost, each with the reason.</param>
internal sealed record RecipeChange(
    string File, ChangeKind Kind, IReadOnlyList<string> Added, IReadOnlyList<string> Removed, int Carried, IReadOnlyList<string> Dropped)
{
    public override string ToString() => string.Join("; ", new[]
    {
        Kind switch
        {
            ChangeKind.Kept => "kept",
            ChangeKind.Refused => "kept: the file as it is now has run and failed, and the version before is back",
            _ => $"{Kind.ToString().ToLowerInvariant()}{Listed}",
        },
        Carried + Dropped.Count > 0 && Kind != ChangeKind.Kept ? $"state: {State}" : "",
    }.Where(part => part.Length > 0));

    private string State
    {
        get
        {
            var dropped = $"dropped: {string.Join(", ", Dropped)}";
            return Dropped.Count == 0 ? $"{Carried} carried" : Carried == 0 ? dropped : $"{Carried} carried, {dropped}";
        }
    }

    private string Listed
    {
        get
        {
            string[] all = [.. Added.Select(a => $"+ {a}"), .. Removed.Select(r => $"- {r}")];
            return all.Length == 0 ? "" : $": {string.Join(", ", all)}";
        }
    }
}

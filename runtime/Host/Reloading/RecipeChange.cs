namespace PlantRuntime.Host.Reloading;

/// <summary>What a reload does to a recipe.</summary>
/// <param name="File">Path from the site folder.</param>
/// <param name="Kind">What is done.</param>
/// <param name="Added">What it will do and does not do now: "route press.csx > history", "mirror …", "write press.setpoint".</param>
/// <param name="Removed">What it does now and will not do.</param>
/// <param name="Carried">Operators that go on with what they remember.</param>
/// <param name="Dropped">Operators whose memory is lost, and why.</param>
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

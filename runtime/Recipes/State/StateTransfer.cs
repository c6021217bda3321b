namespace PlantRuntime.Recipes.State;

/// <summary>The result, or the prediction, of a transfer of state from one plan to another.</summary>
/// <param name="Count">Number of operators whose state was carried over.</param>
/// <param name="Dropped">Each operator whose state is lost, with the reason: "Deadband on line.speed: its tags changed".</param>
internal sealed record StateTransfer(int Count, IReadOnlyList<string> Dropped)
{
    /// <summary>True if there was no state.</summary>
    public bool IsEmpty => Count == 0 && Dropped.Count == 0;

    /// <summary>Formats it for a log line: <c>carried=5 dropped="…"</c>.</summary>
    public override string ToString() => ToString("carried");

    /// <summary>Formats it for a log line with another key.</summary>
    public string ToString(string key) =>
        $"{key}={Count}{(Dropped.Count > 0 ? $" dropped=\"{string.Join("; ", Dropped).Replace('"', '\'')}\"" : "")}";
}

namespace PlantRuntime.Recipes.State;

/// <summary>The result, or the prediction, of a transfer of state from one plan to another.</summary>
/// <param name="Kept">Names of the operators whose state was carried over.</param>
/// <param name="Begun">Names of the new plan's operators that begin without state.</param>
/// <param name="Dropped">Each operator whose state is lost, with the reason: "Deadband on line.speed: its tags changed".</param>
internal sealed record StateTransfer(IReadOnlyList<string> Kept, IReadOnlyList<string> Begun, IReadOnlyList<string> Dropped)
{
    /// <summary>Number of operators whose state was carried over.</summary>
    public int Count => Kept.Count;

    /// <summary>True if there was no state.</summary>
    public bool IsEmpty => Count == 0 && Dropped.Count == 0;

    /// <summary>Formats it for a log line: <c>carried=5 dropped="…"</c>.</summary>
    public override string ToString() => ToString("carried");

    /// <summary>Formats it for a log line with another key.</summary>
    public string ToString(string key) =>
        $"{key}={Count}{(Dropped.Count > 0 ? $" dropped=\"{string.Join("; ", Dropped).Replace('"', '\'')}\"" : "")}";
}

namespace PlantRuntime.Recipes.State;

/// <summary>What became of a plan's state, or would become of it.</summary>
/// <param name="Count">Operators that go on where the old ones stood.</param>
/// <param name="Dropped">Each operator whose state is lost, and why: "Deadband on line.speed: its tags changed".</param>
internal sealed record Carried(int Count, IReadOnlyList<string> Dropped)
{
    /// <summary>True when nothing was to be carried.</summary>
    public bool IsEmpty => Count == 0 && Dropped.Count == 0;

    /// <summary>For a log line: <c>carried=5 dropped="…"</c>.</summary>
    public override string ToString() => ToString("carried");

    /// <summary>For a log line, with another word for what was done.</summary>
    public string ToString(string done) =>
        $"{done}={Count}{(Dropped.Count > 0 ? $" dropped=\"{string.Join("; ", Dropped).Replace('"', '\'')}\"" : "")}";
}

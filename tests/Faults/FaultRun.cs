namespace PlantRuntime.Faults;

/// <summary>One run of a row: its chance, its extent, and what was measured.</summary>
internal sealed class FaultRun(int seed, bool isShort)
{
    private readonly List<string> _measured = [];
    private readonly List<string> _failed = [];

    public Random Chance { get; } = new(seed);

    public int Seed => seed;

    public string Measured => string.Join("; ", _measured);

    public IReadOnlyList<string> Failed => _failed;

    /// <summary>The extent of the long form or of the short one.</summary>
    public T Pick<T>(T isLong, T brief) => isShort ? brief : isLong;

    /// <summary>Notes a figure.</summary>
    public void Note(string figure) => _measured.Add(figure);

    /// <summary>Notes a figure that must hold.</summary>
    public void Expect(bool holds, string figure)
    {
        _measured.Add(holds ? figure : $"{figure} (!)");
        if (!holds) _failed.Add(figure);
    }
}

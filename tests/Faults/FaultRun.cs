namespace PlantRuntime.Faults;

/// <summary>One run of a row: its chance, its extent, and what was measured.</summary>
/// <param name="seed">Of its chance.</param>
/// <param name="isShort">Whether it is the short form.</param>
/// <param name="isTimed">False where other work on the machine makes times say nothing, as among the tests.</param>
internal sealed class FaultRun(int seed, bool isShort, bool isTimed)
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

    /// <summary>Notes a time, or a number a second, that must hold where times are judged.</summary>
    public void ExpectTime(bool holds, string figure) => Expect(holds || !isTimed, figure);

    /// <summary>Notes a figure that must hold.</summary>
    public void Expect(bool holds, string figure)
    {
        _measured.Add(holds ? figure : $"{figure} (!)");
        if (!holds) _failed.Add(figure);
    }
}

using System.Globalization;

namespace PlantRuntime.Faults;

/// <summary>One run of a scenario: its random numbers, its extent, and the measured figures.</summary>
/// <param name="seed">Seed of the random numbers.</param>
/// <param name="isShort">True for the short form.</param>
/// <param name="isTimed">False if times are not judged, because other work on the machine affects them, as in the test suite.</param>
internal sealed class FaultRun(int seed, bool isShort, bool isTimed)
{
    private readonly List<string> _measured = [];
    private readonly List<string> _failed = [];

    public Random Random { get; } = new(seed);

    public int Seed => seed;

    public string Measured => string.Join("; ", _measured);

    public IReadOnlyList<string> Failed => _failed;

    /// <summary>The extent of the long form or of the short one.</summary>
    public T Pick<T>(T isLong, T brief) => isShort ? brief : isLong;

    /// <summary>Notes a figure.</summary>
    public void Note(string figure) => _measured.Add(figure);

    /// <summary>Notes a time, or a number a second, that must hold where times are judged.</summary>
    public void ExpectTime(bool holds, string figure) => Expect(holds || !isTimed, figure);

    /// <summary>Notes a time in seconds that must not be above a limit where times are judged.</summary>
    public void ExpectSeconds(double seconds, double limit, string what) =>
        ExpectTime(seconds <= limit, string.Create(CultureInfo.InvariantCulture, $"{what}{seconds:0.0} s"));

    /// <summary>Notes a figure that must hold.</summary>
    public void Expect(bool holds, string figure)
    {
        _measured.Add(holds ? figure : $"{figure} (!)");
        if (!holds) _failed.Add(figure);
    }
}

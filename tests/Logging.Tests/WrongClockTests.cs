using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Time;

namespace PlantRuntime.Logging.Tests;

/// <summary>The log file while the wall clock is wrong and is then set right.</summary>
public sealed class WrongClockTests : IDisposable
{
    private const int Lines = 60;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Steps_of_the_wall_clock_rotate_and_delete_nothing()
    {
        // Lines for the current file and two of the three that are kept, if only the size begins a new one.
        Write("right", (_, _) => { });
        Write("wrong", (time, line) =>
        {
            if (line % 10 == 3) Set(time, 1970);
            if (line % 10 == 5) Set(time, 2039);
            if (line % 10 == 7) Set(time, 2026);
        });

        Assert.Equal(Enumerable.Range(0, Lines), Numbers("wrong"));
        Assert.Equal(Sizes("right"), Sizes("wrong"));
        Assert.Equal(3, Sizes("wrong").Length);
    }

    private static void Set(ManualTimeProvider time, int year) =>
        time.StepWallClock(new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero) - time.GetUtcNow());

    private void Write(string name, Action<ManualTimeProvider, int> step)
    {
        var time = new ManualTimeProvider();
        using var log = new PlantLog(time, LogLevel.Info, new RotatingFile(Path(name, 0), maxSize: 1024, keep: 3));
        for (var line = 0; line < Lines; line++)
        {
            step(time, line);
            log.Info($"LINE n={line:000}");
            time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private string Path(string name, int number) => _folder.Of(name, number == 0 ? "plant.log" : $"plant.{number}.log");

    private int[] Numbers(string name) =>
    [
        .. Enumerable.Range(0, 4).Reverse().Select(number => Path(name, number)).Where(File.Exists).SelectMany(File.ReadAllLines)
            .Select(line => int.Parse(line[^3..], System.Globalization.CultureInfo.InvariantCulture)),
    ];

    private long[] Sizes(string name) => [.. Directory.GetFiles(_folder.Of(name)).Order().Select(file => new FileInfo(file).Length)];
}

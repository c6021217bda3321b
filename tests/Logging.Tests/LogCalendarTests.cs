using PlantRuntime.Conformance;

namespace PlantRuntime.Logging.Tests;

/// <summary>Log files that begin with the day of the site and are deleted at an age, by a clock that has settled.</summary>
public sealed class LogCalendarTests : IDisposable
{
    private static readonly TimeZoneInfo s_zone = TimeZoneInfo.CreateCustomTimeZone("site", TimeSpan.FromHours(-3), "site", "site");
    private readonly TemporaryFolder _folder = new();
    private DateTime? _now;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_day_of_the_site_begins_a_file()
    {
        using var file = Open(isDaily: true, maxAge: null);
        WriteAt(file, "2026-03-01T12:00:00Z");
        WriteAt(file, "2026-03-02T02:59:59Z");
        WriteAt(file, "2026-03-02T03:00:00Z");
        Assert.Equal("2026-03-01T12:00:00Z\n2026-03-02T02:59:59Z\n", Read(1));
        Assert.Equal("2026-03-02T03:00:00Z\n", Read(0));
    }

    [Fact]
    public void A_file_of_yesterday_is_closed_after_a_start_once_the_clock_has_settled()
    {
        using (var before = Open(isDaily: true, maxAge: null)) WriteAt(before, "2026-03-01T12:00:00Z");
        File.SetLastWriteTimeUtc(Name(0), At("2026-03-01T12:00:00Z"));
        using var file = Open(isDaily: true, maxAge: null);
        _now = null;
        Write(file, "not settled");
        Assert.False(File.Exists(Name(1)));
        WriteAt(file, "2026-03-02T12:00:00Z");
        Assert.Equal("2026-03-01T12:00:00Z\nnot settled\n", Read(1));
        Assert.Equal("2026-03-02T12:00:00Z\n", Read(0));
    }

    [Fact]
    public void Without_daily_a_day_begins_no_file()
    {
        using var file = Open(isDaily: false, maxAge: TimeSpan.FromDays(3));
        WriteAt(file, "2026-03-01T12:00:00Z");
        WriteAt(file, "2026-03-02T12:00:00Z");
        Assert.False(File.Exists(Name(1)));
    }

    [Fact]
    public void Full_files_are_deleted_at_their_age_also_above_the_number_that_is_kept()
    {
        (int, string)[] files = [(1, "2026-03-09"), (2, "2026-03-05"), (3, "2026-03-01"), (40, "2026-02-01")];
        foreach (var (number, day) in files) Create(number, day);
        File.WriteAllText(_folder.Of("plant.old.log"), "of a person");
        File.SetLastWriteTimeUtc(_folder.Of("plant.old.log"), At("2026-01-01"));
        using var file = Open(isDaily: false, maxAge: TimeSpan.FromDays(7));
        _now = null;
        Write(file, "not settled");
        Assert.True(File.Exists(Name(40)));
        WriteAt(file, "2026-03-10T12:00:00Z");
        var left = Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order();
        Assert.Equal(["plant.1.log", "plant.2.log", "plant.log", "plant.old.log"], left);
    }

    [Theory]
    [InlineData("2026-03-09 1970-01-01 2026-03-05", 3)]
    [InlineData("1970-01-01 1970-01-01", 2)]
    [InlineData("2026-03-09 2026-02-01 1970-01-01", 1)]
    [InlineData("2026-02-02 2026-03-09 2026-02-01", 2)]
    [InlineData("2039-01-01 2026-02-01", 1)]
    [InlineData("2026-02-03 2039-01-01 2026-02-01", 0)]
    public void Times_of_a_wrong_clock_delete_nothing_young(string days, int kept)
    {
        _now = At("2026-03-10");
        var calendar = new LogCalendar(() => _now, s_zone, isDaily: false, TimeSpan.FromDays(7));
        Assert.Equal(kept, calendar.CountKept([.. days.Split(' ').Select(At)]));
    }

    [Fact]
    public void A_file_is_opened_again_on_request()
    {
        using var log = new PlantLog(new ManualTimeProvider(), LogLevel.Info, new RotatingFile(Name(0), 1 << 20, keep: 2));
        log.Info("ONE");
        log.Flush();
        File.Move(Name(0), _folder.Of("moved"));
        log.Reopen();
        log.Info("TWO");
        log.Flush();
        Assert.EndsWith("ONE\n", File.ReadAllText(_folder.Of("moved")), StringComparison.Ordinal);
        Assert.EndsWith("TWO\n", Read(0), StringComparison.Ordinal);
    }

    private static DateTime At(string time) =>
        DateTime.Parse(time, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AdjustToUniversal
            | System.Globalization.DateTimeStyles.AssumeUniversal);

    private static void Write(RotatingFile file, string line)
    {
        file.Write(LogLevel.Info, line);
        file.Flush();
    }

    private RotatingFile Open(bool isDaily, TimeSpan? maxAge) =>
        new(Name(0), 1 << 20, keep: 30, new LogCalendar(() => _now, s_zone, isDaily, maxAge));

    private void WriteAt(RotatingFile file, string time)
    {
        _now = At(time);
        Write(file, time);
    }

    private void Create(int number, string day)
    {
        File.WriteAllText(Name(number), day);
        File.SetLastWriteTimeUtc(Name(number), At(day));
    }

    private string Name(int number) => _folder.Of(number == 0 ? "plant.log" : $"plant.{number}.log");

    private string Read(int number) => File.ReadAllText(Name(number));
}

using PlantRuntime.Conformance;

namespace PlantRuntime.Logging.Tests;

/// <summary>The log file while logrotate renames, deletes, replaces or truncates it.</summary>
public sealed class RotatingFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RotatingFile _file;

    public RotatingFileTests() => _file = new RotatingFile(Log, maxSize: 1 << 20, keep: 2);

    private string Log => _folder.Of("plant.log");

    public void Dispose()
    {
        _file.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_renamed_file_gets_no_more_lines_and_the_next_line_begins_a_new_one(bool isCreated)
    {
        Write("one", "two");
        File.Move(Log, Log + ".1");
        if (isCreated) File.WriteAllText(Log, "");
        Write("three");
        Write("four");
        Assert.Equal("one\ntwo\n", File.ReadAllText(Log + ".1"));
        Assert.Equal("three\nfour\n", File.ReadAllText(Log));
    }

    [Fact]
    public void A_truncated_file_goes_on_at_its_beginning_without_nul_bytes()
    {
        Write("one", "two");
        File.Copy(Log, Log + ".1");
        using (var other = new FileStream(Log, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) other.SetLength(0);
        Write("three");
        Assert.Equal("three\n", File.ReadAllText(Log));
    }

    [Fact]
    public void A_deleted_file_is_created_again()
    {
        Write("one");
        File.Delete(Log);
        Write("two");
        Assert.Equal("two\n", File.ReadAllText(Log));
    }

    private void Write(params string[] lines)
    {
        foreach (var line in lines) _file.Write(LogLevel.Info, line);
        _file.Flush();
    }
}

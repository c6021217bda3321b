using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Host;

namespace PlantRuntime.Logging.Tests;

/// <summary>A log file that cannot be written, and a terminal that takes nothing.</summary>
public sealed class LogFailureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LogLines _lines = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_cannot_be_written_is_reported_once_and_again_when_it_can(bool isJson)
    {
        // A file in the place of the folder, which also keeps root from writing.
        var folder = _folder.Of("logs");
        var path = Path.Combine(folder, "plant.log");
        await File.WriteAllTextAsync(folder, "");
        ILogTarget file = new RotatingFile(path, maxSize: 1 << 20, keep: 2);
        using var log = _lines.Open(TimeProvider.System, LogLevel.Info, isJson ? new JsonLogTarget(file) : file);
        Assert.Null(log.Failure);
        log.Info("STOPPING");
        await _lines.WhenAsync("LOG state=Failed");
        log.Info("STOPPING");
        Assert.Single(_lines.All, line => line.Contains($" ERROR LOG file={path} state=Failed reason=", StringComparison.Ordinal));
        Assert.Single(_lines.All, line => line.Contains(" LOG ", StringComparison.Ordinal));
        Assert.StartsWith($"the log file {path} cannot be written: ", log.Failure, StringComparison.Ordinal);
        File.Delete(folder);
        log.Info("STOPPING");
        await _lines.WhenAsync("LOG state=OK");
        log.Flush();
        Assert.Null(log.Failure);
        Assert.Contains("STOPPING", await File.ReadAllTextAsync(path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_terminal_that_takes_nothing_is_not_reported()
    {
        using var log = _lines.Open(TimeProvider.System, LogLevel.Info, new ClosedTerminal());
        log.Info("STOPPING");
        log.Flush();
        Assert.Null(log.Failure);
        Assert.Single(_lines.All);
    }

    private sealed class ClosedTerminal : ILogTarget
    {
        public void Write(LogLevel level, string line) => throw new IOException("the terminal has gone");

        public void Flush() => throw new IOException("the terminal has gone");

        public void Dispose()
        {
        }
    }
}

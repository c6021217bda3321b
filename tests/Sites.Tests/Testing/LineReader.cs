using System.Diagnostics;

namespace PlantRuntime.Sites.Tests.Testing;

/// <summary>Reads the lines of a program that keeps running: <c>mosquitto_sub</c>, <c>tail -F</c>.</summary>
internal sealed class LineReader : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);
    private readonly Process _process;

    public LineReader(string program, params string[] arguments) =>
        _process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;

    /// <summary>Reads up to the first wanted line and returns all lines since the last call, including that one.</summary>
    public async Task<IReadOnlyList<string>> UntilAsync(Func<string, bool> isWanted)
    {
        using var patience = new CancellationTokenSource(s_patience);
        var lines = new List<string>();
        while (lines.Count == 0 || !isWanted(lines[^1]))
        {
            try
            {
                lines.Add(await _process.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException("it ended"));
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"what was waited for did not come, but {lines.Count} lines, the last {lines.LastOrDefault()}");
            }
        }

        return lines;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}

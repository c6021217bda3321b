using System.Diagnostics;
using System.Text.RegularExpressions;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>
/// A terminal of tmux that runs a command: its screen as a user sees it, keys and sizes. Each test has a server of its own, which ends with
/// the test.
/// </summary>
internal sealed partial class Terminal : IAsyncDisposable
{
    private const string Program = "/usr/bin/tmux";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);
    private readonly string _server = $"plant-test-{Guid.NewGuid():N}";

    /// <summary>Opens a terminal of this size with a shell command in it.</summary>
    public static async Task<Terminal> OpenAsync(int width, int height, string command)
    {
        Skip.IfNot(File.Exists(Program), "there is no tmux");
        var terminal = new Terminal();
        await terminal.TmuxAsync("new-session", "-d", "-s", "test", "-x", $"{width}", "-y", $"{height}", command);
        return terminal;
    }

    /// <summary>Presses keys, by their names in tmux: "Down", "C-c", "q".</summary>
    public Task PressAsync(params string[] keys) => TmuxAsync(["send-keys", "-t", "test", .. keys]);

    /// <summary>Changes the size of the terminal.</summary>
    public Task ResizeAsync(int width, int height) => TmuxAsync("resize-window", "-t", "test", "-x", $"{width}", "-y", $"{height}");

    /// <summary>The lines of the screen, without the white space at their ends and without empty lines at the end.</summary>
    public async Task<string> ScreenAsync() =>
        string.Join('\n', (await TmuxAsync("capture-pane", "-p", "-t", "test")).Split('\n').Select(l => l.TrimEnd())).TrimEnd();

    /// <summary>Waits until a pattern is on the screen, and returns the screen.</summary>
    public async Task<string> WhenAsync(string pattern)
    {
        var screen = await UntilAsync(s => Regex.IsMatch(s, pattern, RegexOptions.Multiline));
        Assert.True(Regex.IsMatch(screen, pattern, RegexOptions.Multiline), $"no \"{pattern}\" on\n{screen}");
        return screen;
    }

    /// <summary>Waits until the whole screen is this one, with what depends on the time replaced (<see cref="Normalize"/>).</summary>
    public async Task WhenShownAsync(string expected)
    {
        var wanted = expected.ReplaceLineEndings("\n").TrimEnd();
        Assert.Equal(wanted, Normalize(await UntilAsync(s => Normalize(s) == wanted)));
    }

    /// <summary>
    /// Replaces times, ages, rates and counters by <c>#</c> in as many columns, and log lines by <c>LOG</c>. What stands in a column stays
    /// there.
    /// </summary>
    public static string Normalize(string screen)
    {
        var text = Clock().Replace(screen, "hh:mm:ssZ");
        text = Age().Replace(text, m => "#s".PadLeft(m.Length));
        text = Count().Replace(text, m => $"#{m.Groups[1].Value}".PadLeft(m.Length));
        return LogLine().Replace(Counter().Replace(text, "$1#"), "LOG");
    }

    public async ValueTask DisposeAsync() => await TmuxAsync("kill-server");

    private async Task<string> UntilAsync(Func<string, bool> holds)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (true)
        {
            var screen = await ScreenAsync();
            if (holds(screen) || patience.IsCancellationRequested) return screen;

            // Leaves the processor to the program.
            await Task.Delay(50);
        }
    }

    private async Task<string> TmuxAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Program, ["-u", "-f", "/dev/null", "-L", _server, .. arguments])
            { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("TMUX");
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"tmux {string.Join(' ', arguments)}: {await errors}");
        return output;
    }

    [GeneratedRegex(@"\d\d:\d\d:\d\dZ")]
    private static partial Regex Clock();

    /// <summary>An age with the space before it.</summary>
    [GeneratedRegex(@"(?<= ) *\d+(?:s|min)\b")]
    private static partial Regex Age();

    /// <summary>A rate or a number of waiting records, with the space before it.</summary>
    [GeneratedRegex(@"(?<= ) *[\d.]+( scans/s| waiting)")]
    private static partial Regex Count();

    [GeneratedRegex(@"((?:cycle|failed|skipped|delivered|lost scans|faults) )[\d.]+")]
    private static partial Regex Counter();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT.*$", RegexOptions.Multiline)]
    private static partial Regex LogLine();
}

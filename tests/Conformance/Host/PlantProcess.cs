using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;

namespace PlantRuntime.Conformance.Host;

/// <summary>The program, started as a user does; its output line by line, and a way to wait for a line.</summary>
public sealed class PlantProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);
    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly SemaphoreSlim _news = new(0);

    private PlantProcess(IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(Folder, "plant.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, e) => Add(e.Data);
        _process.ErrorDataReceived += (_, e) => Add(e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The folder of the built program.</summary>
    public static string Folder { get; } = typeof(PlantProcess).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "PlantFolder").Value!;

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>What it has said so far, both streams.</summary>
    public string Output
    {
        get
        {
            lock (_lines) return string.Join('\n', _lines);
        }
    }

    /// <summary>Starts it with these arguments.</summary>
    public static PlantProcess Start(params string[] arguments) => new(new Dictionary<string, string>(), arguments);

    /// <summary>Starts it with these environment variables next to our own.</summary>
    public static PlantProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        new(environment, arguments);

    /// <summary>Runs it to its end.</summary>
    public static Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) =>
        RunAsync(new Dictionary<string, string>(), arguments);

    /// <summary>Runs it to its end with these environment variables next to our own.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        await using var plant = Start(environment, arguments);
        return (await plant.WhenExitedAsync(), plant.Output);
    }

    /// <summary>Waits until a pattern has matched so many lines.</summary>
    public async Task WhenAsync(string pattern, int count = 1)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (Count(pattern) < count)
        {
            Assert.False(_process.HasExited && Count(pattern) < count, $"it ended before {count} × \"{pattern}\":\n{Output}");
            try
            {
                await _news.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"no {count} × \"{pattern}\" in\n{Output}");
            }
        }
    }

    /// <summary>How many lines match a pattern so far.</summary>
    public int Count(string pattern)
    {
        lock (_lines) return _lines.Count(line => Regex.IsMatch(line, pattern));
    }

    /// <summary>Waits for its end; tells its exit code.</summary>
    public async Task<int> WhenExitedAsync()
    {
        using var patience = new CancellationTokenSource(s_patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    /// <summary>Sends a signal by name: "TERM", "INT".</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Add(string? line)
    {
        if (line is null) return;
        lock (_lines) _lines.Add(line);
        _news.Release();
    }
}

using System.Diagnostics;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PlantRuntime.Conformance.Host;

/// <summary>A process of the built program: its output line by line, waiting for a line, and signals.</summary>
public sealed class PlantProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);
    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly SemaphoreSlim _news = new(0);

    private PlantProcess(IReadOnlyDictionary<string, string> environment, string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
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

    /// <summary>The command line of the program; that of <see cref="ShareCompiler"/> after its call.</summary>
    private static string[] Command { get; set; } = ["dotnet", Path.Combine(Folder, "plant.dll")];

    /// <summary>
    /// Lets all hosts that this process starts from now on compile by its <see cref="SharedCompiler"/>. Called by the module initializer of
    /// a test project.
    /// </summary>
    public static void ShareCompiler()
    {
        // A setting of the host's runtimeconfig.json names another compiler than the one beside the host.
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "plant.runtimeconfig.json")))!;
        config["runtimeOptions"]!["configProperties"]!["PlantRuntime.Compiler"] = SharedCompiler.Path;
        var folder = Directory.CreateTempSubdirectory("plant-test-config-").FullName;
        var file = Path.Combine(folder, "plant.runtimeconfig.json");
        File.WriteAllText(file, config.ToJsonString());

        // Some tests run the host as another user.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        Command = ["dotnet", "exec", "--runtimeconfig", file, Path.Combine(Folder, "plant.dll")];
    }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>True once it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>The output so far, of both streams.</summary>
    public string Output
    {
        get
        {
            lock (_lines) return string.Join('\n', _lines);
        }
    }

    /// <summary>Starts it with these arguments.</summary>
    public static PlantProcess Start(params string[] arguments) => Start(new Dictionary<string, string>(), arguments);

    /// <summary>Starts it with these environment variables in addition to those of the test.</summary>
    public static PlantProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        new(environment, [.. Command, .. arguments]);

    /// <summary>
    /// Starts it with the default actions for SIGINT and SIGHUP, as a terminal does. A process started by a shell's <c>&amp;</c> ignores
    /// SIGINT, one behind nohup SIGHUP, and so do the processes that they start; a test run in the background would otherwise wait for a
    /// signal that has no effect.
    /// </summary>
    public static PlantProcess StartForeground(params string[] arguments) =>
        new(new Dictionary<string, string>(), OperatingSystem.IsLinux() ? ["env", "--default-signal=INT,HUP", .. Command, .. arguments]
            : [.. Command, .. arguments]);

    /// <summary>Starts it with SIGINT and SIGHUP ignored, as <c>nohup plant … &amp;</c> in a script does.</summary>
    public static PlantProcess StartBackground(params string[] arguments) =>
        new(new Dictionary<string, string>(), ["sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh", .. Command, .. arguments]);

    /// <summary>Starts it through other programs, which limit its resources or rights and then execute it: prlimit, setpriv.</summary>
    public static PlantProcess StartThrough(IReadOnlyList<string> launcher, params string[] arguments) =>
        new(new Dictionary<string, string>(), [.. launcher, .. Command, .. arguments]);

    /// <summary>The command that starts it, for programs that take it as one argument.</summary>
    public static string CommandLine(params string[] arguments) => string.Join(' ', [.. Command, .. arguments]);

    /// <summary>Runs it to its end.</summary>
    public static Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) =>
        RunAsync(new Dictionary<string, string>(), arguments);

    /// <summary>Runs it to its end with these environment variables in addition to those of the test.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        await using var plant = Start(environment, arguments);
        return (await plant.WhenExitedAsync(), plant.Output);
    }

    /// <summary>Runs <c>plant user …</c> to its end with a password from a pipe, which no quote may be in.</summary>
    public static async Task<(int ExitCode, string Output)> RunUserAsync(string password, params string[] arguments)
    {
        await using var plant = StartThrough(
            ["sh", "-c", $"printf '%s\\n' '{password}' | \"$@\"", "sh"], ["user", .. arguments, "--password-stdin"]);
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

    /// <summary>Counts the lines so far that match a pattern.</summary>
    public int Count(string pattern)
    {
        lock (_lines) return _lines.Count(line => Regex.IsMatch(line, pattern));
    }

    /// <summary>Waits for its end and returns its exit code.</summary>
    public async Task<int> WhenExitedAsync()
    {
        using var patience = new CancellationTokenSource(s_patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    /// <summary>Sends a signal by name: "TERM", "INT". Skips the test on an operating system without signals.</summary>
    public async Task SignalAsync(string signal)
    {
        Skip.If(OperatingSystem.IsWindows(), "this operating system has no signals");
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

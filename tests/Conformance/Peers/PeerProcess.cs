using System.Diagnostics;
using System.Globalization;

namespace PlantRuntime.Conformance.Peers;

/// <summary>
/// A foreign server of tests/peers in a process of its own. It lives until its stdin ends, so it cannot outlive the test run.
/// </summary>
public sealed class PeerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private bool _isDisposed;

    private PeerProcess(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    /// <summary>Port on 127.0.0.1 that the server listens on.</summary>
    public int Port { get; }

    /// <summary>The folder tests/peers.</summary>
    public static string Folder { get; } = FindFolder();

    /// <summary>Starts a script and waits until it prints <c>READY port</c>.</summary>
    /// <param name="program">Interpreter: "python3", "node".</param>
    /// <param name="script">File in tests/peers.</param>
    /// <param name="firstLine">What the script reads from stdin first.</param>
    /// <param name="startLimit">Longest start; 30 s if it is left out.</param>
    public static async Task<PeerProcess> StartAsync(string program, string script, string firstLine, TimeSpan? startLimit = null)
    {
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, [Path.Combine(Folder, script)])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        var errors = new StringWriter();
        process.ErrorDataReceived += (_, line) => errors.WriteLine(line.Data);
        process.Start();
        process.BeginErrorReadLine();
        try
        {
            await process.StandardInput.WriteLineAsync(firstLine);
            await process.StandardInput.FlushAsync();
            using var limit = new CancellationTokenSource(startLimit ?? StartLimit);
            while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                if (line.StartsWith("READY ", StringComparison.Ordinal))
                    return new PeerProcess(process, int.Parse(line.AsSpan(6), CultureInfo.InvariantCulture));
            }

            await process.WaitForExitAsync(limit.Token);
            throw new InvalidOperationException($"{program} {script} ended before it was ready:{Environment.NewLine}{errors}");
        }
        catch
        {
            Stop(process);
            throw;
        }
    }

    /// <summary>Sends one line to a script that obeys lines, and waits for the line that it answers with.</summary>
    public async Task<string> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        using var limit = new CancellationTokenSource(StartLimit);
        return await _process.StandardOutput.ReadLineAsync(limit.Token) ?? throw new InvalidOperationException("the peer has ended");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        Stop(_process);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static void Stop(Process process)
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
    }

    private static string FindFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var peers = Path.Combine(folder.FullName, "tests", "peers");
            if (Directory.Exists(peers)) return peers;
        }

        throw new DirectoryNotFoundException($"no folder tests/peers above {AppContext.BaseDirectory}");
    }
}

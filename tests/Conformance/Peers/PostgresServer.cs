using System.Diagnostics;

namespace PlantRuntime.Conformance.Peers;

/// <summary>
/// A PostgreSQL server on a free loopback port with a separate folder. It ends with its stdin, so that it cannot outlive the test run.
/// PostgreSQL refuses root; as root, it runs as Debian's user "postgres".
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    public const string Password = "geheim-7";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private readonly TemporaryFolder _folder = new();
    private readonly string _programs;
    private Process? _process;

    private PostgresServer(string programs) => _programs = programs;

    public int Port { get; private set; }

    /// <summary>The log of the server.</summary>
    public string Log { get; private set; } = "";

    /// <summary>The folder of the server's programs; null if PostgreSQL is not installed.</summary>
    public static string? Programs { get; } = FindPrograms();

    private string Data => _folder.Of("data");

    /// <summary>Creates and starts a server with these settings, as in postgresql.conf.</summary>
    public static async Task<PostgresServer> StartNewAsync(params string[] settings)
    {
        var server = new PostgresServer(Programs ?? throw new InvalidOperationException("no PostgreSQL here"));
        try
        {
            await server.InitializeAsync(settings);
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server, always on the same port.</summary>
    public async Task StartAsync()
    {
        // The shell stops the server when its own stdin ends, which happens however the test process ends.
        const string Script = """
            "$0" -D "$1" -p "$2" -k "$1" </dev/null & pid=$!
            (cat >/dev/null; kill -INT $pid) <&3 &
            wait $pid
            """;
        _process = Start("sh", ["-c", "exec 3<&0; " + Script, Path.Combine(_programs, "postgres"), Data, $"{Port}"]);
        var process = _process;
        using var limit = new CancellationTokenSource(s_limit);
        while (await process.StandardError.ReadLineAsync(limit.Token) is { } line)
        {
            Log += line + "\n";
            if (!line.Contains("database system is ready to accept connections", StringComparison.Ordinal)) continue;
            _ = process.StandardError.ReadToEndAsync();
            return;
        }

        throw new InvalidOperationException($"postgres ended before it was ready:\n{Log}");
    }

    /// <summary>Stops the server as an administrator does, which closes all connections.</summary>
    public async Task StopAsync()
    {
        if (_process is null) return;
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(s_limit);
        _process.Dispose();
        _process = null;
    }

    /// <summary>Kills all processes of the server at once, as a power failure does to them. Unix only.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process) return;
        var leader = (await File.ReadAllLinesAsync(Path.Combine(Data, "postmaster.pid")))[0];
        await RunAsync("sh", ["-c", "kill -9 \"$0\" $(ps -o pid= --ppid \"$0\")", leader]);
        await StopAsync();
    }

    /// <summary>Creates a file in the server's folder that only the server's user may read.</summary>
    public async Task GiveFileAsync(string name, string content)
    {
        await RunAsync("sh", ["-c", "umask 077; cat > \"$0\"", Path.Combine(Data, name)], content);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private static string? FindPrograms()
    {
        var debian = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(d => Path.Combine(d, "bin"))
            : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return debian.Concat(path).FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")) && File.Exists(Path.Combine(d, "postgres")));
    }

    private async Task InitializeAsync(string[] settings)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_111_111);
        var password = _folder.Of("password");
        await File.WriteAllTextAsync(password, Password);
        await RunAsync(
            Path.Combine(_programs, "initdb"),
            ["-D", Data, "-U", "plant", "--pwfile", password, "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"]);
        Port = ClosedPort.Find();
        await RunAsync("sh", ["-c", "cat >> \"$0/postgresql.conf\"", Data],
            $"listen_addresses = '127.0.0.1'\nlog_destination = stderr\nlogging_collector = off\n{string.Join('\n', settings)}\n");
    }

    private async Task RunAsync(string program, string[] arguments, string input = "")
    {
        using var process = Start(program, arguments);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(s_limit);
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} failed:\n{await output}{errors}");
    }

    private Process Start(string program, string[] arguments)
    {
        string[] asPostgres = Environment.IsPrivilegedProcess
            ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", program]
            : [program];
        return Process.Start(new ProcessStartInfo(asPostgres[0], [.. asPostgres[1..], .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.Path,
        })!;
    }
}

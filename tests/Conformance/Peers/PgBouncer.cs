using System.Diagnostics;

namespace PlantRuntime.Conformance.Peers;

/// <summary>
/// Debian's pgbouncer in front of a <see cref="PostgresServer"/>, on a free loopback port. It ends with its stdin. It refuses root;
/// as root, it runs as Debian's user "postgres".
/// </summary>
public sealed class PgBouncer : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private readonly TemporaryFolder _folder = new();
    private Process? _process;

    private PgBouncer(int port) => Port = port;

    public int Port { get; }

    /// <summary>The program; null if it is not installed.</summary>
    public static string? Program { get; } =
        new[] { "/usr/sbin/pgbouncer", "/usr/local/bin/pgbouncer", "/opt/homebrew/bin/pgbouncer" }.FirstOrDefault(File.Exists);

    /// <summary>Starts pgbouncer.</summary>
    /// <param name="serverPort">Port of the server.</param>
    /// <param name="mode">Its pool_mode: session or transaction.</param>
    /// <param name="poolSize">Number of connections to the server.</param>
    public static async Task<PgBouncer> StartNewAsync(int serverPort, string mode, int poolSize)
    {
        var pooler = new PgBouncer(ClosedPort.Find());
        await File.WriteAllTextAsync(pooler._folder.Of("users"), $"\"plant\" \"{PostgresServer.Password}\"\n");
        await File.WriteAllTextAsync(pooler._folder.Of("pgbouncer.ini"), $"""
            [databases]
            postgres = host=127.0.0.1 port={serverPort}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {pooler.Port}
            unix_socket_dir =
            auth_type = scram-sha-256
            auth_file = {pooler._folder.Of("users")}
            pool_mode = {mode}
            default_pool_size = {poolSize}
            """);
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
            File.SetUnixFileMode(pooler._folder.Path, (UnixFileMode)0b111_101_101);
            foreach (var file in Directory.GetFiles(pooler._folder.Path)) File.SetUnixFileMode(file, Readable);
        }

        await pooler.StartAsync();
        return pooler;
    }

    /// <summary>Starts it, always on the same port.</summary>
    public async Task StartAsync()
    {
        // The shell stops pgbouncer when its own stdin ends, which happens however the test process ends.
        const string Script = """
            exec 3<&0
            "$0" "$1" </dev/null & pid=$!
            (cat >/dev/null; kill -TERM $pid) <&3 &
            wait $pid
            """;
        string[] command = ["sh", "-c", Script, Program!, _folder.Of("pgbouncer.ini")];
        if (Environment.IsPrivilegedProcess) command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", .. command];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardError = true };
        _process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(s_limit);
        var log = "";
        while (await _process.StandardError.ReadLineAsync(limit.Token) is { } line)
        {
            log += line + "\n";
            if (!line.Contains("process up", StringComparison.Ordinal)) continue;
            _ = _process.StandardError.ReadToEndAsync(CancellationToken.None);
            return;
        }

        throw new InvalidOperationException($"pgbouncer ended before it was ready:\n{log}");
    }

    /// <summary>Stops it at once, which closes all connections.</summary>
    public async Task StopAsync()
    {
        if (_process is null) return;
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(s_limit);
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Faults.Peers;

/// <summary>Runs <c>openssl s_server</c> and counts the bytes that arrive through TLS, for any protocol.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly PostgresTlsProxy? _door;
    private readonly Task _counting;
    private long _bytes;

    private TlsServer(Process process, int port, PostgresTlsProxy? door)
    {
        (_process, _door, Port) = (process, door, door?.Port ?? port);
        _counting = CountAsync();
    }

    public int Port { get; }

    /// <summary>Bytes after the handshake.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <param name="certificate">PEM files of its certificate and key.</param>
    /// <param name="isOld">TLS 1.1 alone.</param>
    /// <param name="isPostgres">True if the client requests TLS first, as PostgreSQL clients do.</param>
    public static async Task<TlsServer> StartAsync((string Cert, string Key) certificate, bool isOld, bool isPostgres)
    {
        Tool.Require("openssl");
        var port = ClosedPort.Find();
        string[] old = isOld ? ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"] : [];
        var process = Process.Start(new ProcessStartInfo("openssl",
            ["s_server", "-quiet", "-accept", $"127.0.0.1:{port}", "-cert", certificate.Cert, "-key", certificate.Key, .. old])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        await Until.MustHoldAsync(() => !process.HasExited && Answers(port), TimeSpan.FromSeconds(10), "openssl s_server answers")
            .ConfigureAwait(false);
        return new TlsServer(process, port, isPostgres ? new PostgresTlsProxy(port) : null);
    }

    public async ValueTask DisposeAsync()
    {
        _door?.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync().ConfigureAwait(false);
        await _counting.ConfigureAwait(false);
        _process.Dispose();
    }

    private async Task CountAsync()
    {
        var bytes = new byte[1 << 12];
        while (await _process.StandardOutput.BaseStream.ReadAsync(bytes).ConfigureAwait(false) is var length and > 0)
            Interlocked.Add(ref _bytes, length);
    }

    private static bool Answers(int port)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

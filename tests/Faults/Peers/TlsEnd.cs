using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PlantRuntime.Faults.Peers;

/// <summary><c>openssl s_server</c>, which says every byte that comes through TLS, for any protocol.</summary>
internal sealed class TlsEnd : IAsyncDisposable
{
    private readonly Process _process;
    private readonly PostgresDoor? _door;
    private readonly Task _counting;
    private long _bytes;

    private TlsEnd(Process process, int port, PostgresDoor? door)
    {
        (_process, _door, Port) = (process, door, door?.Port ?? port);
        _counting = CountAsync();
    }

    public int Port { get; }

    /// <summary>Bytes that came after the handshake.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <param name="certificate">PEM files that it shows.</param>
    /// <param name="isOld">TLS 1.1 alone.</param>
    /// <param name="isPostgres">A client asks for TLS first, as PostgreSQL's do.</param>
    public static async Task<TlsEnd> StartAsync((string Cert, string Key) certificate, bool isOld, bool isPostgres)
    {
        Tool.Require("openssl");
        var port = Broker.FreePort();
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
        await Until.MustHoldAsync(() => !process.HasExited && Answers(port), TimeSpan.FromSeconds(10), "openssl s_server answers").ConfigureAwait(false);
        return new TlsEnd(process, port, isPostgres ? new PostgresDoor(port) : null);
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
        while (await _process.StandardOutput.BaseStream.ReadAsync(bytes).ConfigureAwait(false) is var length and > 0) Interlocked.Add(ref _bytes, length);
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

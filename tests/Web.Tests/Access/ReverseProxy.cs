using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Web.Tests.Access;

/// <summary>
/// A reverse proxy in the foreground, with the settings of docs/access.md, in which addresses and certificate are replaced.
/// </summary>
internal sealed class ReverseProxy : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _certificate;
    private readonly string _key;
    private Process? _process;

    private ReverseProxy()
    {
        using var authority = new CertificateAuthority(_folder, "plant-ca");
        (_certificate, _key) = authority.Issue("gateway.plant");
    }

    public int Port { get; } = ClosedPort.Find();

    /// <summary>Starts Debian's nginx.</summary>
    /// <param name="upstream">The port of the page.</param>
    /// <param name="prefix">The prefix of its paths, which nginx removes.</param>
    /// <param name="leftOut">A header that it does not set.</param>
    public static async Task<ReverseProxy> StartNginxAsync(int upstream, string prefix, string? leftOut = null)
    {
        Mosquitto.SkipIfMissing("nginx");
        var proxy = new ReverseProxy();
        var block = Documented("nginx")
            .Replace("listen 443 ssl", $"listen 127.0.0.1:{proxy.Port} ssl", StringComparison.Ordinal)
            .Replace("/etc/ssl/gateway.pem", proxy._certificate, StringComparison.Ordinal)
            .Replace("/etc/ssl/gateway.key", proxy._key, StringComparison.Ordinal)
            .Replace("location / {", $"location /{prefix} {{", StringComparison.Ordinal)
            .Replace("http://127.0.0.1:9108;", $"http://127.0.0.1:{upstream}{(prefix.Length > 0 ? "/" : "")};", StringComparison.Ordinal);
        if (leftOut is not null) block = Regex.Replace(block, $"proxy_set_header {leftOut} .*", "");
        var temporary = string.Concat(((string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
            .Select(name => $"{name}_temp_path {proxy._folder.Of(name)}; "));
        await proxy.RunAsync("/usr/sbin/nginx", ["-p", proxy._folder.Path, "-c", proxy._folder.Of("settings")], $$"""
            daemon off; master_process off; pid {{proxy._folder.Of("nginx.pid")}}; error_log stderr;
            events { }
            http { access_log off; {{temporary}}
            {{block}}
            }
            """);
        return proxy;
    }

    /// <summary>Starts Debian's Caddy in front of the page at a port.</summary>
    public static async Task<ReverseProxy> StartCaddyAsync(int upstream)
    {
        Mosquitto.SkipIfMissing("caddy");
        var proxy = new ReverseProxy();

        // It would ask a public authority for a certificate.
        var block = Documented("caddyfile")
            .Replace("gateway.plant {", $"gateway.plant:{proxy.Port} {{\n tls {proxy._certificate} {proxy._key}", StringComparison.Ordinal)
            .Replace("127.0.0.1:9108", $"127.0.0.1:{upstream}", StringComparison.Ordinal);
        await proxy.RunAsync("/usr/bin/caddy", ["run", "--adapter", "caddyfile", "--config", proxy._folder.Of("settings")], $$"""
            {
                admin off
                auto_https disable_redirects
                default_bind 127.0.0.1
                storage file_system {{proxy._folder.Of("caddy")}}
            }
            {{block}}
            """);
        return proxy;
    }

    /// <summary>A client for which all names lead to the proxy, and which keeps cookies.</summary>
    public HttpClient Client(string address)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, Port, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        return new HttpClient(handler) { BaseAddress = new Uri(address) };
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            if (!_process.HasExited) _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        _folder.Dispose();
    }

    private static string Documented(string language) => Regex.Match(
        File.ReadAllText(Path.Combine(RepoFolder.Root, "docs", "access.md")), $"```{language}\n(.*?)```", RegexOptions.Singleline)
        .Groups[1].Value;

    /// <summary>Starts the program with these settings in its file and waits until it accepts connections.</summary>
    private async Task RunAsync(string program, string[] arguments, string settings)
    {
        await File.WriteAllTextAsync(_folder.Of("settings"), settings);
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true };

        // Where Caddy keeps what it needs.
        (start.Environment["HOME"], start.Environment["XDG_CONFIG_HOME"]) = (_folder.Path, _folder.Path);
        _process = Process.Start(start)!;
        var errors = _process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            using var probe = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, Port, patience.Token);
                return;
            }
            catch (SocketException) when (!_process.HasExited)
            {
                await Task.Delay(20, patience.Token);
            }
            catch (SocketException)
            {
                throw new InvalidOperationException(await errors);
            }
        }
    }
}

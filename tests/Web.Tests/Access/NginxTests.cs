using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Web.Tests.Page;
using static Microsoft.Playwright.Assertions;

namespace PlantRuntime.Web.Tests.Access;

/// <summary>The page behind Debian's nginx, with the server block that docs/access.md tells users to write.</summary>
[Trait("Needs", "Server")]
public sealed class NginxTests : BrowserTestBase
{
    private const string Behind = AccessFixture.Loopback + "\nbehind_proxy = true\nhosts = [\"gateway.plant\"]";

    [SkippableTheory]
    [InlineData("")]
    [InlineData("press/")]
    public async Task Login_roles_streams_and_changes_work_and_the_audit_log_has_the_client(string prefix)
    {
        await using var fixture = await AccessFixture.StartAsync(Behind);
        await using var nginx = await Nginx.StartAsync(fixture.Address.Port, prefix);
        using var client = nginx.Client($"https://gateway.plant:{nginx.Port}/{prefix}");
        Assert.Contains("PlantRuntime", await client.GetStringAsync("."), StringComparison.Ordinal);
        Assert.Contains("import", await client.GetStringAsync("page/app.js"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("api/tags")).StatusCode);

        using var login = await client.PostAsJsonAsync("api/login", new { user = "eva", password = AccessFixture.Password });
        Assert.Equal(HttpStatusCode.OK, login.StatusCode);
        Assert.Contains("; secure;", Assert.Single(login.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
        Assert.True(login.Headers.Contains("Strict-Transport-Security"));
        Assert.Equal("eva", (string?)(await client.GetFromJsonAsync<JsonNode>("api/session"))!["user"]);

        // Each group of events comes before the next one is made, so that nginx has not collected them.
        using (var stream = new StreamReader(await client.GetStreamAsync("api/stream")))
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60)))
        {
            for (var group = 0; group < 4; group++)
            {
                while (await stream.ReadLineAsync(patience.Token) != "event: values")
                {
                }

                fixture.Time.Advance(TimeSpan.FromSeconds(1.1));
            }
        }

        client.DefaultRequestHeaders.Add("X-Plant-Request", "1");
        client.DefaultRequestHeaders.Add("Origin", $"https://gateway.plant:{nginx.Port}");
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsJsonAsync("api/restart", new { name = "line" })).StatusCode);
        Assert.Equal(("restart", "127.0.0.1"), ((string?)fixture.Audit[^1]["action"], (string?)fixture.Audit[^1]["address"]));
        client.DefaultRequestHeaders.Remove("Origin");
        client.DefaultRequestHeaders.Add("Origin", "https://evil.example");
        Assert.Equal(HttpStatusCode.Forbidden, (await client.PostAsJsonAsync("api/restart", new { name = "line" })).StatusCode);
    }

    [SkippableFact]
    public async Task A_browser_shows_the_page_behind_a_prefix()
    {
        await using var fixture = await AccessFixture.StartAsync(Behind);
        await using var nginx = await Nginx.StartAsync(fixture.Address.Port, "press/");
        var page = await OpenPageAsync(new Uri($"https://127.0.0.1:{nginx.Port}"), obeysPolicy: true, trustsAll: true);
        await page.GotoAsync("/press/");
        await page.Locator("dialog [name=user]").FillAsync("anna");
        await page.Locator("dialog [name=password]").FillAsync(AccessFixture.Password);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#connection")).ToHaveTextAsync("live");
        fixture.Time.Advance(TimeSpan.FromSeconds(1.1));
        await Expect(page.Locator("tr[data-tag='line.level']")).ToContainTextAsync("5");
        await Expect(page.Locator("#user")).ToContainTextAsync("anna");
    }

    [SkippableTheory]
    [InlineData("X-Forwarded-For", 403, "X-Forwarded-For")]
    [InlineData("X-Forwarded-Proto", 401, "log in")]
    public async Task A_proxy_without_a_header_is_named_as_the_reason(string left, int expected, string reason)
    {
        await using var fixture = await AccessFixture.StartAsync(Behind);
        await using var nginx = await Nginx.StartAsync(fixture.Address.Port, "", left);
        using var client = nginx.Client($"https://gateway.plant:{nginx.Port}/");
        var (status, detail) = await AccessFixture.RefusalAsync(client.GetAsync("api/tags"));
        Assert.Equal(expected, (int)status);
        Assert.Contains(reason, detail, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("health")).StatusCode);
    }

    /// <summary>One nginx in the foreground, with the block of the documentation, its addresses and certificate replaced.</summary>
    private sealed class Nginx(Process process, int port, TemporaryFolder folder) : IAsyncDisposable
    {
        public int Port => port;

        public static async Task<Nginx> StartAsync(int upstream, string prefix, string? leftOut = null)
        {
            Mosquitto.SkipIfMissing("nginx");
            var folder = new TemporaryFolder();
            using var authority = new CertificateAuthority(folder, "plant-ca");
            var (certificate, key) = authority.Issue("gateway.plant");
            var port = FreePort();
            var docs = await File.ReadAllTextAsync(Path.Combine(RepoFolder.Root, "docs", "access.md"));
            var block = Regex.Match(docs, "```nginx\n(.*?)```", RegexOptions.Singleline).Groups[1].Value
                .Replace("listen 443 ssl", $"listen 127.0.0.1:{port} ssl", StringComparison.Ordinal)
                .Replace("/etc/ssl/gateway.pem", certificate, StringComparison.Ordinal)
                .Replace("/etc/ssl/gateway.key", key, StringComparison.Ordinal)
                .Replace("location / {", $"location /{prefix} {{", StringComparison.Ordinal)
                .Replace("http://127.0.0.1:9108;", $"http://127.0.0.1:{upstream}{(prefix.Length > 0 ? "/" : "")};",
                    StringComparison.Ordinal);
            if (leftOut is not null) block = Regex.Replace(block, $"proxy_set_header {leftOut} .*", "");
            var temporary = string.Concat(((string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
                .Select(name => $"{name}_temp_path {folder.Of(name)}; "));
            await File.WriteAllTextAsync(folder.Of("nginx.conf"), $$"""
                daemon off; master_process off; pid {{folder.Of("nginx.pid")}}; error_log stderr;
                events { }
                http { access_log off; {{temporary}}
                {{block}}
                }
                """);
            var process = Process.Start(new ProcessStartInfo("/usr/sbin/nginx", ["-p", folder.Path, "-c", folder.Of("nginx.conf")])
                { RedirectStandardError = true })!;
            var nginx = new Nginx(process, port, folder);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (true)
            {
                using var probe = new Socket(SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    await probe.ConnectAsync(IPAddress.Loopback, port, patience.Token);
                    return nginx;
                }
                catch (SocketException) when (!process.HasExited)
                {
                    await Task.Delay(20, patience.Token);
                }
                catch (SocketException)
                {
                    throw new InvalidOperationException(await process.StandardError.ReadToEndAsync());
                }
            }
        }

        /// <summary>A client for which all names lead to nginx, and which keeps cookies.</summary>
        public HttpClient Client(string address)
        {
            var handler = new SocketsHttpHandler
            {
                UseProxy = false,
                ConnectCallback = async (_, cancel) =>
                {
                    var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                    await socket.ConnectAsync(IPAddress.Loopback, port, cancel);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            };
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
            return new HttpClient(handler) { BaseAddress = new Uri(address) };
        }

        public async ValueTask DisposeAsync()
        {
            if (!process.HasExited) process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            folder.Dispose();
        }

        private static int FreePort()
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            return ((IPEndPoint)socket.LocalEndPoint!).Port;
        }
    }
}

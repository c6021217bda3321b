using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Web.Tests.Access;

/// <summary>Pages of other sites, odd requests and bounds of requests.</summary>
[Trait("Needs", "Process")]
public class RequestRuleTests
{
    [Theory]
    [InlineData("1", "own", null, 200)]
    [InlineData("1", null, "same-origin", 200)]
    [InlineData("1", "own", "same-origin", 200)]
    [InlineData("1", null, null, 403)]
    [InlineData(null, "own", null, 403)]
    [InlineData("0", "own", null, 403)]
    [InlineData("1", "https://evil.example", null, 403)]
    [InlineData("1", "null", null, 403)]
    [InlineData("1", "own", "cross-site", 403)]
    [InlineData("1", "own", "same-site", 403)]
    [InlineData("1", "http://localhost:1", "same-origin", 403)]
    public async Task A_change_by_a_session_comes_from_the_page_itself(string? header, string? origin, string? site, int expected)
    {
        await using var fixture = await AccessFixture.StartAsync();
        var client = await fixture.LogInAsync("eva");
        foreach (var name in new[] { "X-Plant-Request", "Origin" }) client.DefaultRequestHeaders.Remove(name);
        if (header is not null) client.DefaultRequestHeaders.Add("X-Plant-Request", header);
        if (origin == "own") origin = fixture.Address.GetLeftPart(UriPartial.Authority);
        if (origin is not null) client.DefaultRequestHeaders.Add("Origin", origin);
        if (site is not null) client.DefaultRequestHeaders.Add("Sec-Fetch-Site", site);
        using var response = await client.PostAsJsonAsync("/api/restart", new { name = "line" });
        Assert.Equal(expected, (int)response.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/tags")).StatusCode);
    }

    [Fact]
    public async Task A_token_needs_no_header_of_the_page_but_a_login_from_another_site_is_refused()
    {
        await using var fixture = await AccessFixture.StartAsync();
        using var response = await fixture.WithToken("robot", "engineer").PostAsJsonAsync("/api/restart", new { name = "line" });
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var other = fixture.Client();
        other.DefaultRequestHeaders.Add("Origin", "https://evil.example");
        var (status, _) = await AccessFixture.RefusalAsync(AccessFixture.LogInAsync(other, "eva", AccessFixture.Password));
        Assert.Equal(HttpStatusCode.Forbidden, status);
        using var text = new StringContent("{\"user\":\"eva\"}", Encoding.UTF8, "text/plain");
        using var form = await fixture.Client().PostAsync("/api/login", text);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, form.StatusCode);
    }

    [Theory]
    [InlineData("/api/session")]
    [InlineData("/api/tags")]
    [InlineData("/nothing/here")]
    [InlineData("/health")]
    public async Task Each_response_has_the_security_headers(string path)
    {
        await using var fixture = await AccessFixture.StartAsync();
        using var response = await fixture.Client().GetAsync(path);
        Assert.Contains("default-src 'self'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("DENY", response.Headers.GetValues("X-Frame-Options").Single());
        Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
        Assert.False(response.Headers.Contains("Server"));
        Assert.False(response.Headers.Contains("Strict-Transport-Security"));
    }

    [Theory]
    [InlineData("localhost", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("[::1]", 200)]
    [InlineData("gateway.plant", 200)]
    [InlineData("GATEWAY.plant:80", 200)]
    [InlineData("evil.example", 400)]
    [InlineData("localhost.evil.example", 400)]
    [InlineData("10.0.0.1", 400)]
    public async Task On_loopback_the_host_of_a_request_is_a_known_name(string host, int expected)
    {
        const string More = "\nanonymous = \"viewer\"\nhosts = [\"gateway.plant\"]";
        await using var fixture = await AccessFixture.StartAsync(AccessFixture.Loopback + More);
        var client = fixture.Client();
        client.DefaultRequestHeaders.Host = host;
        Assert.Equal(expected, (int)(await client.GetAsync("/api/tags")).StatusCode);
    }

    [Theory]
    [InlineData("GET", "/../../../etc/passwd")]
    [InlineData("GET", "/..%2f..%2fetc/passwd")]
    [InlineData("GET", "/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("GET", "/site.toml")]
    [InlineData("GET", "/data/web/users.json")]
    [InlineData("GET", "//evil.example/")]
    [InlineData("GET", "/api/devices/..%2f..%2fsite.toml")]
    [InlineData("TRACE", "/api/tags")]
    [InlineData("OPTIONS", "/api/tags")]
    [InlineData("PUT", "/api/tags")]
    [InlineData("CONNECT", "/api/tags")]
    public async Task An_odd_request_gets_no_file_no_redirect_and_no_echo(string method, string target)
    {
        await using var fixture = await AccessFixture.StartAsync();
        using (var anonymous = await fixture.Client().GetAsync("/api/session"))
            Assert.Equal(HttpStatusCode.OK, anonymous.StatusCode);
        var response = await RawAsync(fixture, $"{method} {target} HTTP/1.1\r\nHost: localhost\r\nX-Echo: echoed\r\nConnection: close\r\n\r\n");
        Assert.Matches(@"^HTTP/1\.1 4(00|01|04|05)", response);
        Assert.DoesNotContain("root:", response, StringComparison.Ordinal);
        Assert.DoesNotContain("echoed", response, StringComparison.Ordinal);
        Assert.DoesNotContain("Location:", response, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Access-Control", response, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Bodies_headers_and_paths_that_are_too_long_are_refused()
    {
        await using var fixture = await AccessFixture.StartAsync();
        const string Head = "Host: localhost\r\nContent-Type: application/json\r\n";
        Assert.StartsWith("HTTP/1.1 413", await RawAsync(fixture, $"POST /api/login HTTP/1.1\r\n{Head}Content-Length: 1073741824\r\n\r\n{{"),
            StringComparison.Ordinal);
        var chunk = $"10000\r\n{new string(' ', 0x10000)}\r\n";
        var chunked = $"POST /api/login HTTP/1.1\r\n{Head}Transfer-Encoding: chunked\r\n\r\n{string.Concat(Enumerable.Repeat(chunk, 17))}";
        Assert.StartsWith("HTTP/1.1 413", await RawAsync(fixture, chunked), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431", await RawAsync(fixture, $"GET /health HTTP/1.1\r\nHost: localhost\r\nX: {new string('x', 17_000)}\r\n\r\n"),
            StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 414", await RawAsync(fixture, $"GET /{new string('x', 9000)} HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            StringComparison.Ordinal);

        // A client that asks before it sends gets the refusal, and no broken pipe while it sends.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/login")
            { Content = new ByteArrayContent(new byte[(1 << 20) + 1]) { Headers = { { "Content-Type", "application/json" } } } };
        request.Headers.ExpectContinue = true;
        var (status, detail) = await AccessFixture.RefusalAsync(fixture.Client().SendAsync(request));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Contains("1048576 bytes", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flood_of_connections_and_requests_is_bounded_and_the_socket_answers_meanwhile()
    {
        await using var fixture = await AccessFixture.StartAsync(AccessFixture.Loopback + "\nanonymous = \"viewer\"");
        var client = fixture.Client();
        var statuses = new List<HttpStatusCode>();
        while (statuses.Count < 20_000 && !statuses.Contains(HttpStatusCode.TooManyRequests))
            statuses.AddRange(await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
            {
                using var response = await client.GetAsync("/api/last");
                return response.StatusCode;
            })));
        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);

        var open = new List<Socket>();
        try
        {
            for (var n = 0; n < 250; n++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                open.Add(socket);
                await SendPartAsync(socket, IPEndPoint.Parse(fixture.Address.Authority));
            }

            var ended = await Task.WhenAny(open.Skip(200).Select(EndedAsync));
            Assert.True(await ended);
            Assert.Equal(HttpStatusCode.OK, (await fixture.Local().GetAsync("/api/tags")).StatusCode);
            Assert.Equal("test", (string?)(await SiteClient.GetAsync(fixture.Site.Path, "/api/status", default))["site"]);

            // Kestrel ends connections whose headers do not come within 10 s.
            Assert.All(await Task.WhenAll(open.Take(50).Select(EndedAsync)), Assert.True);
        }
        finally
        {
            foreach (var socket in open) socket.Dispose();
        }
    }

    /// <summary>Connects and sends the begin of a request; the host may have closed the connection already.</summary>
    private static async Task SendPartAsync(Socket socket, IPEndPoint address)
    {
        try
        {
            await socket.ConnectAsync(address);
            await socket.SendAsync("GET /api/tags HTTP/1.1\r\nHost:"u8.ToArray());
        }
        catch (SocketException)
        {
            // A connection beyond the limit.
        }
    }

    /// <summary>Waits until the other end has closed a connection.</summary>
    private static async Task<bool> EndedAsync(Socket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, patience.Token) > 0)
            {
            }

            return true;
        }
        catch (SocketException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Sends bytes and returns what comes back until the host closes the connection or has sent the head of a response.</summary>
    private static async Task<string> RawAsync(AccessFixture fixture, string request)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPEndPoint.Parse(fixture.Address.Authority));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var sending = socket.SendAsync(Encoding.ASCII.GetBytes(request), patience.Token).AsTask();
        var response = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (!response.ToString().Contains("\r\n\r\n", StringComparison.Ordinal)
                && await socket.ReceiveAsync(buffer, patience.Token) is var count and > 0)
                response.Append(Encoding.ASCII.GetString(buffer, 0, count));
            await sending.WaitAsync(patience.Token);
        }
        catch (SocketException)
        {
            // The host closes the connection while it is still being sent to.
        }

        return response.ToString();
    }
}

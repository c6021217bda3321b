using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PlantRuntime.Web.Tests.Access;

/// <summary>Cookies, headers and targets that no browser sends: each is refused or ignored, and none is an error of the host.</summary>
[Trait("Needs", "Process")]
public sealed class HostileRequestTests
{
    [Fact]
    public async Task No_cookie_header_or_target_is_an_error_of_the_host_or_lets_somebody_in()
    {
        await using var fixture = await AccessFixture.StartAsync();
        using var login = await AccessFixture.LogInAsync(fixture.Client(), "eva", AccessFixture.Password);
        var cookie = login.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        var (name, value) = (cookie.Split('=')[0], cookie[(cookie.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        string[] headers =
        [
            $"Cookie: {name}=", $"Cookie: {name}", "Cookie: =", "Cookie: ;;;=;", $"Cookie: {name}=%00%ff%GG",
            $"Cookie: {name}={new string('A', 12_000)}",
            $"Cookie: {name}={value[..^4]}", $"Cookie: {name}={value}x",
            $"Cookie: {name}={value[..10]}{new string('A', value.Length - 10)}",
            $"Cookie: {name}=chunks-3", $"Cookie: {name}=chunks-999999999; {name}C1={value}", $"Cookie: {name}=\"{value}",
            "Authorization: Bearer ", "Authorization: Bearer plant_",
            $"Authorization: Bearer plant_{new string('x', 9000)}", "Authorization: Basic !!!",
            "Authorization: Negotiate AAAA", "Authorization: \u00e9\u00e9", "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: javascript",
            "X-Original-URL: /api/site", "X-HTTP-Method-Override: DELETE", "If-None-Match: \"\u0001", "If-None-Match: W/",
            "Range: bytes=0-0,1-1,-1",
            "Accept-Encoding: br;q=x, *;q=2", "Expect: 200-maybe", "Plant-User: root", "Upgrade: h2c\r\nConnection: Upgrade",
            "Transfer-Encoding: chunked, identity",
            "Content-Length: -1", "Content-Length: 5\r\nTransfer-Encoding: chunked", "Origin: \u0000",
            "Last-Event-ID: 99999999999999999999",
        ];
        foreach (var header in headers)
        {
            var response = await RawAsync(fixture, $"GET /api/tags HTTP/1.1\r\nHost: localhost\r\n{header}\r\nConnection: close\r\n\r\n");
            Assert.True(response.Length == 0 || response.StartsWith("HTTP/1.1 4", StringComparison.Ordinal),
                $"{header[..Math.Min(60, header.Length)]}: {response}");
        }

        foreach (var target in (string[])
            ["/page/..%5c..%5capp.js", "/page/%2e%2e%2fdata", "/page/app.js%00.html", "/api/devices/%00/read",
             "/api/devices/%ff%fe", "/api/tags/%0d%0aSet-Cookie:%20a=b",
             "/%c0%ae%c0%ae/", "http://evil.example/api/tags", "*", "/api//tags", "/api/tags;jsessionid=1",
             "/api/tags%3Fbad=true", $"/api/{new string('a', 7000)}"])
        {
            var response = await RawAsync(fixture, $"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            Assert.Matches(@"^HTTP/1\.1 4\d\d ", response);
            Assert.DoesNotContain("Set-Cookie", response, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("evil", response, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(fixture.Log.All, line => line.Contains("BUG", StringComparison.Ordinal));
        using var still = new HttpRequestMessage(HttpMethod.Get, "/api/tags");
        still.Headers.Add("Cookie", cookie);
        Assert.Equal(HttpStatusCode.OK, (await fixture.Client().SendAsync(still)).StatusCode);
    }

    [Theory]
    [InlineData("Forwarded: for=127.0.0.1;proto=https")]
    [InlineData("X-Real-IP: 127.0.0.1")]
    [InlineData("X-Forwarded-Host: evil.example")]
    [InlineData("X-Forwarded-Prefix: //evil.example")]
    public async Task Behind_a_proxy_only_the_two_headers_count(string header)
    {
        await using var fixture = await AccessFixture.StartAsync(
            AccessFixture.Loopback + "\nbehind_proxy = true\nhosts = [\"gateway.plant\"]");
        var response = await RawAsync(fixture,
            $"GET /api/session HTTP/1.1\r\nHost: gateway.plant\r\nX-Forwarded-For: 10.0.0.7\r\n{header}\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 403 ", response, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", response, StringComparison.Ordinal);
    }

    /// <summary>Sends bytes and returns what comes back until the host closes the connection.</summary>
    private static async Task<string> RawAsync(AccessFixture fixture, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(fixture.Address.Authority));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var text = new StringBuilder();
        try
        {
            await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request), patience.Token);
            var buffer = new byte[4096];
            while (await client.GetStream().ReadAsync(buffer, patience.Token) is var count and > 0)
                text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        catch (IOException)
        {
            // The host has closed the connection while it was written to.
        }

        return text.ToString();
    }
}

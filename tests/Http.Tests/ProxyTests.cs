using System.Net;
using System.Net.Sockets;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Peers.Http;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Http.Tests.Testing;
using PlantRuntime.Plugins.Http;

namespace PlantRuntime.Http.Tests;

/// <summary>Tests requests through the proxy of the options. The environment is tested with the host's process.</summary>
public sealed class ProxyTests : HttpTestBase
{
    [Theory]
    [InlineData(null)]
    [InlineData("edge:pass:word")]
    public async Task A_plain_request_goes_through_the_proxy_in_absolute_form(string? credentials)
    {
        using var proxy = new ForwardingProxy(Server.Port, credentials);
        await using var sink = await ConnectAsync(Through(proxy.Url, "http://far.example:8080/in?a=1", credentials));
        await sink.WriteAsync(Batches.Counting(1, 0, 1), default);
        await sink.WriteAsync(Batches.Counting(2, 1, 1), default);
        Assert.Equal(Enumerable.Repeat("POST http://far.example:8080/in?a=1", 2), proxy.Requests);
        Assert.Equal(2, Server.Received.Count);
        Assert.All(Server.Received, r => Assert.Equal(("/in?a=1", "far.example:8080"), (r.Target, r["Host"])));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("edge:pass:word")]
    public async Task An_https_request_goes_through_a_tunnel(string? credentials)
    {
        using var authority = new CertificateAuthority(Folder, "Plant Root");
        await using var server = new ScriptedHttpServer(authority.IssueLoaded("far.example"));
        using var proxy = new ForwardingProxy(server.Port, credentials);
        await using var sink = await ConnectAsync(Through(proxy.Url, "https://far.example/in", credentials, authority.CaFile));
        await sink.WriteAsync(Batches.Counting(1, 0, 1), default);
        Assert.Equal(["CONNECT far.example:443"], proxy.Requests);
        Assert.Equal("/in", Assert.Single(server.Received).Target);
        Assert.Null(server.Received[0]["Proxy-Authorization"]);
    }

    [Theory]
    [InlineData("http://far.example/in", "http://far.example/in answered 407 ")]
    [InlineData("https://far.example/in", "https://far.example/in: through the proxy 127.0.0.1:{0}: it opens no tunnel to the server: ")]
    public async Task Wrong_credentials_are_retried_and_a_new_password_is_used(string url, string expected)
    {
        using var authority = new CertificateAuthority(Folder, "Plant Root");
        await using var secure = new ScriptedHttpServer(authority.IssueLoaded("far.example"));
        using var proxy = new ForwardingProxy(url.StartsWith("https", StringComparison.Ordinal) ? secure.Port : Server.Port, "edge:second");
        var password = "first";
        await using var sink = await ConnectAsync(Through(
            proxy.Url, url, "edge:", url.StartsWith("https", StringComparison.Ordinal) ? authority.CaFile : null, () => password));
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => sink.WriteAsync(Batches.Counting(1, 0, 1), default).AsTask());
        Assert.StartsWith(expected.Replace("{0}", $"{proxy.Port}", StringComparison.Ordinal), failure.Message, StringComparison.Ordinal);
        Assert.True(failure is NotConnectedException or IOException, failure.ToString());
        password = "second";
        await sink.WriteAsync(Batches.Counting(1, 0, 1), default);
        Assert.Single(proxy.Requests);
    }

    [Fact]
    public async Task A_proxy_that_is_not_there_is_named()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        await using var sink = await ConnectAsync(Through($"http://127.0.0.1:{port}", "http://far.example/in"));
        var failure = await Assert.ThrowsAsync<NotConnectedException>(() => sink.WriteAsync(Batches.Counting(1, 0, 1), default).AsTask());
        Assert.Equal(
            $"http://far.example/in: through the proxy 127.0.0.1:{port}: connection refused: nothing listens on that port",
            failure.Message);
    }

    [Theory]
    [InlineData("proxy:3128", null, null, "proxy")]
    [InlineData("ftp://proxy", null, null, "proxy")]
    [InlineData("http://edge:secret@proxy", null, null, "proxy")]
    [InlineData("http://proxy/path", null, null, "proxy")]
    [InlineData("http://proxy", "edge", null, "proxy_user")]
    [InlineData("http://proxy", null, "secret", "proxy_user")]
    [InlineData("http://proxy", "ed:ge", "secret", "proxy_user")]
    [InlineData(null, "edge", "secret", "proxy")]
    public void Mistakes_in_the_options_are_told(string? address, string? user, string? password, string key)
    {
        var options = new HttpOptions
        {
            Url = "http://far.example", Proxy = address, ProxyUser = user, ProxyPassword = password is null ? null : new Secret(password),
        };
        var problem = Assert.Single(options.Validate());
        Assert.Equal(key, problem.Key);
        Assert.DoesNotContain("secret@", problem.Message, StringComparison.Ordinal);
    }

    private static HttpOptions Through(
        string proxy, string url, string? credentials = null, string? ca = null, Func<string>? password = null) => new()
    {
        Url = url,
        Proxy = proxy,
        ProxyUser = credentials?.Split(':', 2)[0],
        ProxyPassword = credentials is null ? null : new Secret(password ?? (() => credentials.Split(':', 2)[1])),
        Tls = ca is null ? null : new Wire.Tls.TlsOptions { Ca = ca },
    };
}

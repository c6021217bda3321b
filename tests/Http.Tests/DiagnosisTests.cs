using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Peers.Http;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Http;

namespace PlantRuntime.Http.Tests;

/// <summary>The steps of <c>plant doctor</c>.</summary>
public sealed class DiagnosisTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CertificateAuthority _authority;

    public DiagnosisTests() => _authority = new CertificateAuthority(_folder, "Plant Root");

    [Theory]
    [InlineData(204, 0, "answer ok", "OPTIONS")]
    [InlineData(405, 200, "answer ok", "OPTIONS HEAD")]
    [InlineData(404, 404, "answer ok", "OPTIONS HEAD")]
    [InlineData(401, 0, "answer FAIL", "OPTIONS")]
    [InlineData(405, 403, "answer FAIL", "OPTIONS HEAD")]
    [InlineData(502, 0, "answer FAIL", "OPTIONS")]
    [InlineData(308, 0, "answer FAIL", "OPTIONS")]
    public async Task A_server_is_asked_without_a_record(int options, int head, string outcome, string methods)
    {
        await using var server = new ScriptedHttpServer
        {
            Decide = request => ScriptedReply.From(request.Method == "OPTIONS" ? options : head),
        };
        var steps = await SinkSteps.RunAsync(Open(new HttpOptions
            { Url = server.Url + "/sensors/{tag}?key=s3cret", Mode = HttpMode.Single, Token = new Secret("t0ken") }));
        Assert.Equal(["server ok", outcome], steps.Outcomes());
        Assert.Equal(methods.Split(' '), server.Received.Select(r => r.Method));
        Assert.All(server.Received, r => Assert.Equal("Bearer t0ken", r.Headers["Authorization"]));
        Assert.DoesNotContain("s3cret", string.Concat(steps.Select(s => s.Found)), StringComparison.Ordinal);
        Assert.DoesNotContain("t0ken", string.Concat(steps.Select(s => s.Found)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_is_checked()
    {
        await using var server = new ScriptedHttpServer(_authority.IssueLoaded("localhost")) { Decide = _ => ScriptedReply.From(204) };
        var trusted = await SinkSteps.RunAsync(Open(new HttpOptions { Url = server.Url, Tls = new() { Ca = _authority.CaFile } }));
        Assert.Equal("TLS is established, and the certificate is trusted", trusted[0].Found);
        var step = Assert.Single(await SinkSteps.RunAsync(Open(new HttpOptions { Url = server.Url })));
        Assert.False(step.IsGood);
        Assert.Contains("CN=Plant Root", step.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://10.1.2.3/x", null, "10.1.2.3:80")]
    [InlineData("https://[::1]:8443/{tag}", null, "[::1]:8443")]
    [InlineData("http://10.1.2.3/x", "http://proxy:3128", null)]
    public void The_endpoint_is_that_of_a_server_without_proxy(string url, string? proxy, string? endpoint)
    {
        var options = new HttpOptions { Url = url, Proxy = proxy, Mode = HttpMode.Single };
        Assert.Equal(endpoint, ((IDiagnosableSink)Open(options)).Endpoint);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    private ISink Open(HttpOptions options) => new HttpPlugin().Open(
        options, new PluginContext("web", "press-hall", _folder.Path, TimeProvider.System, new CapturingPluginLog()));
}

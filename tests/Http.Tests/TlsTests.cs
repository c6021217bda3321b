using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Conformance.Unload;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Http;
using PlantRuntime.Testing.Server;

namespace PlantRuntime.Http.Tests;

/// <summary>FAULTS row 18: refuses, sends no byte of data, says which check failed.</summary>
public sealed class TlsTests : IDisposable
{
    private static readonly DateTimeOffset s_past = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset s_future = new(2099, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();
    private readonly X509Certificate2 _authority = Authority("Plant Root");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_own_authority_is_trusted()
    {
        await using var server = new TestServer(Issue("localhost"));
        Assert.Null(await SendAsync(server, _authority));
        Assert.Single(server.Seen);
    }

    [Fact]
    public async Task A_wrong_authority_is_refused()
    {
        await using var server = new TestServer(Issue("localhost"));
        await AssertRefusedAsync(server, Authority("Other Root"), "its issuer \"CN=Plant Root\" is not trusted");
        await AssertRefusedAsync(server, null, "its issuer \"CN=Plant Root\" is not trusted");
    }

    [Fact]
    public async Task An_expired_certificate_is_refused()
    {
        await using var server = new TestServer(Issue("localhost", until: s_past.AddYears(1)));
        await AssertRefusedAsync(server, _authority, "is not valid now (its own time: 2001-01-01 to 2002-01-01)");
    }

    [Fact]
    public async Task A_certificate_of_another_host_is_refused()
    {
        await using var server = new TestServer(Issue("elsewhere"));
        await AssertRefusedAsync(server, _authority, "it is not for this host name but for elsewhere");
    }

    [Fact]
    public async Task An_old_protocol_is_refused()
    {
#pragma warning disable SYSLIB0039 // That it is obsolete is the point.
        await using var server = new TestServer(Issue("localhost")) { Protocols = SslProtocols.Tls11 };
#pragma warning restore SYSLIB0039
        await AssertRefusedAsync(server, _authority, "");
    }

    [Fact]
    public async Task A_file_without_certificates_is_told_at_connecting()
    {
        File.WriteAllText(_folder.Of("ca.crt"), "no certificate");
        await using var sink = Open(new HttpOptions { Url = "https://localhost/", Tls = new() { Ca = "ca.crt" } });
        var failure = await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.ConnectAsync(default));
        Assert.Equal($"{_folder.Of("ca.crt")} holds no certificate; expected PEM, \"-----BEGIN CERTIFICATE-----\"", failure.Message);

        File.Delete(_folder.Of("ca.crt"));
        failure = await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.ConnectAsync(default));
        Assert.StartsWith($"the certificates of {_folder.Of("ca.crt")} cannot be read: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_plugin_unloads_after_tls()
    {
        await using var server = new TestServer(Issue("localhost"));
        File.WriteAllText(_folder.Of("ca.crt"), _authority.ExportCertificatePem());
        var options = new HttpOptions { Url = server.Url, Gzip = true };
        var ca = _folder.Of("ca.crt");
        await CollectibleCheck.UnloadsAsync(BuiltPlugin.FileOf(typeof(HttpPlugin).Assembly), async plugin =>
        {
            var other = (ISinkPlugin)plugin;
            var copy = OptionsCopy.To(other.OptionsType, options);
            var tls = other.OptionsType.GetProperty(nameof(HttpOptions.Tls))!;
            tls.SetValue(copy, OptionsCopy.To(tls.PropertyType, new Wire.Http.TlsOptions { Ca = ca }));
            await using var sink = other.Open(copy, Context());
            await sink.ConnectAsync(default);
            await sink.WriteAsync(Batches.Counting(1, 0, 10), default);
        });
        Assert.Single(server.Seen);
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(s_past, s_future);
    }

    private X509Certificate2 Issue(string host, DateTimeOffset? until = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using var bare = request.Create(_authority, s_past, until ?? s_future, [1]);
        return bare.CopyWithPrivateKey(key);
    }

    private PluginContext Context() =>
        new("api", "press-hall", _folder.Path, new ManualTimeProvider(Batches.Start), new CapturingPluginLog());

    private ISink Open(HttpOptions options) => new HttpPlugin().Open(options, Context());

    private async Task AssertRefusedAsync(TestServer server, X509Certificate2? trusted, string words)
    {
        var failure = Assert.IsType<NotConnectedException>(await SendAsync(server, trusted));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.Empty(server.Seen);
    }

    private async Task<Exception?> SendAsync(TestServer server, X509Certificate2? trusted)
    {
        if (trusted is not null) File.WriteAllText(_folder.Of("ca.crt"), trusted.ExportCertificatePem());
        await using var sink = Open(new HttpOptions { Url = server.Url, Tls = trusted is null ? null : new() { Ca = "ca.crt" } });
        await sink.ConnectAsync(default);
        return await Xunit.Record.ExceptionAsync(async () => await sink.WriteAsync(Batches.Counting(1, 0, 1), default));
    }
}

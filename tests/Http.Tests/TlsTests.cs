using System.Security.Authentication;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Conformance.Unload;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Http;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Peers.Http;

namespace PlantRuntime.Http.Tests;

/// <summary>FAULTS row 18: the sink refuses wrong servers, sends no byte of data, and names the failed check.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CertificateAuthority _authority;
    private readonly CertificateAuthority _other;

    public TlsTests()
    {
        _authority = new CertificateAuthority(_folder, "Plant Root");
        _other = new CertificateAuthority(_folder, "Other Root");
    }

    public void Dispose()
    {
        _authority.Dispose();
        _other.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_own_authority_is_trusted()
    {
        await using var server = new ScriptedHttpServer(_authority.IssueLoaded("localhost"));
        Assert.Null(await SendAsync(server, _authority));
        Assert.Single(server.Received);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task A_client_certificate_is_shown_to_a_server_that_asks(bool isLongName, bool hasKeyFile)
    {
        await using var server = new ScriptedHttpServer(_authority.IssueLoaded("localhost")) { AsksForCertificate = true };
        var (cert, key) = _authority.Issue("edge", isServer: false);
        if (!hasKeyFile) File.AppendAllText(cert, "\n" + File.ReadAllText(key));
        var tls = new Wire.Tls.TlsOptions
        {
            Ca = _authority.CaFile, Cert = isLongName ? null : cert, Certificate = isLongName ? cert : null, Key = hasKeyFile ? key : null,
        };
        await using var sink = Open(new HttpOptions { Url = server.Url, Tls = tls });
        await sink.ConnectAsync(default);
        await sink.WriteAsync(Batches.Counting(1, 0, 1), default);
        Assert.Equal("CN=edge", server.ClientSubject);

        Assert.IsType<NotConnectedException>(await SendAsync(server, _authority));
    }

    [Fact]
    public void Tls_options_that_make_no_sense_are_all_named()
    {
        static string[] Check(Wire.Tls.TlsOptions tls) =>
            [.. new HttpOptions { Url = "https://host/", Tls = tls }.Validate().Select(p => p.Message)];
        Assert.Empty(Check(new() { Ca = "ca.crt", Certificate = "edge.crt", Key = "edge.key" }));
        Assert.Equal(
            ["ca is empty: expected a file such as \"ca.pem\"", "has a key without its certificate: give cert too"],
            Check(new() { Ca = " ", Key = "k" }));
        Assert.Equal(["cert and certificate are two names for one file: give one of them"], Check(new() { Cert = "a", Certificate = "b" }));
    }

    [Fact]
    public async Task A_wrong_authority_is_refused()
    {
        await using var server = new ScriptedHttpServer(_authority.IssueLoaded("localhost"));
        await AssertRefusedAsync(server, _other, $"it does not come from the CA in {_folder.Of("ca.crt")} but from CN=Plant Root");
        await AssertRefusedAsync(server, null, "it does not come from a CA that this system trusts (see tls.ca) but from CN=Plant Root");
    }

    [Fact]
    public async Task An_expired_certificate_is_refused()
    {
        await using var server = new ScriptedHttpServer(
            _authority.IssueLoaded("localhost", new DateTimeOffset(2002, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        await AssertRefusedAsync(
            server, _authority,
            "it is valid from 2001-01-01 00:00:00Z to 2002-01-01 00:00:00Z (or its CA is not), and now is 2026-11-21 08:00:00Z");
    }

    [Fact]
    public async Task A_certificate_of_another_host_is_refused()
    {
        await using var server = new ScriptedHttpServer(_authority.IssueLoaded("elsewhere"));
        await AssertRefusedAsync(server, _authority, "it is made out to elsewhere, not to localhost");
    }

    [Fact]
    public async Task An_old_protocol_is_refused()
    {
#pragma warning disable SYSLIB0039 // That it is obsolete is the point.
        await using var server = new ScriptedHttpServer(_authority.IssueLoaded("localhost")) { Protocols = SslProtocols.Tls11 };
#pragma warning restore SYSLIB0039
        await AssertRefusedAsync(server, _authority, "");
    }

    [Fact]
    public async Task A_file_without_certificates_is_told_at_connecting()
    {
        File.WriteAllText(_folder.Of("ca.crt"), "no certificate");
        await using var sink = Open(new HttpOptions { Url = "https://localhost/", Tls = new() { Ca = "ca.crt" } });
        var failure = await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.ConnectAsync(default));
        Assert.Equal($"tls.ca: {_folder.Of("ca.crt")} holds no certificate: expected PEM, \"-----BEGIN CERTIFICATE-----\"",
            failure.Message);

        File.Delete(_folder.Of("ca.crt"));
        failure = await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.ConnectAsync(default));
        Assert.StartsWith($"tls.ca: {_folder.Of("ca.crt")} cannot be used: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_plugin_unloads_after_tls()
    {
        await using var server = new ScriptedHttpServer(_authority.IssueLoaded("localhost"));
        File.Copy(_authority.CaFile, _folder.Of("ca.crt"));
        var options = new HttpOptions { Url = server.Url, Gzip = true };
        var ca = _folder.Of("ca.crt");
        await CollectibleCheck.UnloadsAsync(BuiltPlugin.FileOf(typeof(HttpPlugin).Assembly), async plugin =>
        {
            var other = (ISinkPlugin)plugin;
            var copy = OptionsCopy.To(other.OptionsType, options);
            var tls = other.OptionsType.GetProperty(nameof(HttpOptions.Tls))!;
            tls.SetValue(copy, OptionsCopy.To(tls.PropertyType, new Wire.Tls.TlsOptions { Ca = ca }));
            await using var sink = other.Open(copy, Context());
            await sink.ConnectAsync(default);
            await sink.WriteAsync(Batches.Counting(1, 0, 10), default);
        });
        Assert.Single(server.Received);
    }

    private PluginContext Context() =>
        new("api", "press-hall", _folder.Path, new ManualTimeProvider(Batches.Start), new CapturingPluginLog());

    private ISink Open(HttpOptions options) => new HttpPlugin().Open(options, Context());

    private async Task AssertRefusedAsync(ScriptedHttpServer server, CertificateAuthority? trusted, string words)
    {
        var failure = Assert.IsType<NotConnectedException>(await SendAsync(server, trusted));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.Empty(server.Received);
    }

    private async Task<Exception?> SendAsync(ScriptedHttpServer server, CertificateAuthority? trusted)
    {
        if (trusted is not null) File.Copy(trusted.CaFile, _folder.Of("ca.crt"), overwrite: true);
        await using var sink = Open(new HttpOptions { Url = server.Url, Tls = trusted is null ? null : new() { Ca = "ca.crt" } });
        await sink.ConnectAsync(default);
        return await Xunit.Record.ExceptionAsync(async () => await sink.WriteAsync(Batches.Counting(1, 0, 1), default));
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PlantRuntime.Logging;
using PlantRuntime.Sites.Models;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Web.Listening;

namespace PlantRuntime.Web.Tests.Access;

/// <summary>TLS, its certificates, and reverse proxies.</summary>
[Trait("Needs", "Process")]
public class TransportTests
{
    private const string Proxied = AccessFixture.Loopback + "\nbehind_proxy = true\nhosts = [\"gateway.plant\"]";

    [Theory]
    [InlineData("listen = \"0.0.0.0:0\"")]
    [InlineData("listen = \"127.0.0.1:0\"\ntls = {}")]
    public async Task A_created_certificate_protects_the_login_and_its_thumbprint_is_in_the_log(string web)
    {
        await using var fixture = await AccessFixture.StartAsync(web);
        Assert.Equal("https", fixture.Address.Scheme);
        using var certificate = await CertificateAsync(fixture, SslProtocols.Tls13);
        var thumbprint = certificate.GetCertHashString(HashAlgorithmName.SHA256);
        Assert.Contains(fixture.Log.All, l => l.Contains($"CERTIFICATE state=Used sha256={thumbprint} until=", StringComparison.Ordinal));
        Assert.True(certificate.MatchesHostname("localhost") && certificate.MatchesHostname("127.0.0.1"));
        (await CertificateAsync(fixture, SslProtocols.Tls12)).Dispose();

        using var login = await AccessFixture.LogInAsync(fixture.Client(), "eva", AccessFixture.Password);
        Assert.Equal(HttpStatusCode.OK, login.StatusCode);
        Assert.Contains("; secure;", Assert.Single(login.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
        using var plain = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => plain.GetAsync($"http://{fixture.Address.Authority}/health"));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(fixture.Site.At("data/web/key.pem")));
    }

    [Trait("Needs", "Server")]
    [SkippableFact]
    public async Task Curl_trusts_the_created_certificate_and_openssl_gets_no_old_protocol()
    {
        await using var fixture = await AccessFixture.StartAsync("listen = \"127.0.0.1:0\"\ntls = {}");
        var url = $"https://localhost:{fixture.Address.Port}/health";
        var (exit, output) = await RunAsync("curl", "-sS", "-i", "--cacert", fixture.Site.At("data/web/certificate.pem"), url);
        Assert.True(exit == 0 && output.StartsWith("HTTP/1.1 200", StringComparison.Ordinal), output);
        (exit, output) = await RunAsync("curl", "-sS", url);
        Assert.True(exit == 60, output);
        foreach (var (option, isExpected) in new[] { ("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", true) })
        {
            (exit, output) = await RunAsync(
                "openssl", "s_client", "-connect", fixture.Address.Authority, option, "-cipher", "DEFAULT:@SECLEVEL=0");
            Assert.True(output.Contains("Cipher is (NONE)", StringComparison.Ordinal) != isExpected, $"{option}: {output}");
        }
    }

    [Fact]
    public async Task Replaced_files_are_used_without_a_restart_and_damaged_ones_change_nothing()
    {
        string[] Pem(string name)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256)
                .CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddYears(1));
            return [certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem()];
        }

        void Write(SiteFolder site, string[] pem)
        {
            site.Write("gateway.pem", pem[0]);
            site.Write("gateway.key", pem[1]);
        }

        const string Web = "listen = \"127.0.0.1:0\"\ntls = { certificate = \"gateway.pem\", key = \"gateway.key\" }\nhosts = [\"gateway.plant\"]";
        await using var fixture = await AccessFixture.StartAsync(Web, site => Write(site, Pem("first")));
        Assert.Equal("CN=first", await SubjectAsync(fixture));
        var client = fixture.Client();
        client.DefaultRequestHeaders.Host = "gateway.plant";
        using (var response = await client.GetAsync("/health"))
            Assert.StartsWith("max-age=", response.Headers.GetValues("Strict-Transport-Security").Single(), StringComparison.Ordinal);

        fixture.Site.Write("gateway.pem", Pem("without its key")[0]);
        fixture.Time.Advance(TimeSpan.FromSeconds(5));
        await fixture.Log.WhenAsync("CERTIFICATE reason= \"the certificate before stays in use");
        Assert.Equal("CN=first", await SubjectAsync(fixture));
        Write(fixture.Site, Pem("second"));
        fixture.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("CN=second", await SubjectAsync(fixture));
    }

    [Fact]
    public async Task A_created_certificate_is_kept_over_restarts_and_renewed_a_month_before_its_end()
    {
        using var folder = new TemporaryFolder();
        var time = new ManualTimeProvider();
        var lines = new LogLines();
        using var log = lines.Open(time, LogLevel.Info);
        var web = new WebOptions { Listen = "0.0.0.0:1" };
        var certificate = new ServerCertificate(folder.Path, web, time, log);
        var first = certificate.Options.ServerCertificateContext;
        Assert.Equal(new ServerCertificate(folder.Path, web, time, log).Options.ServerCertificateContext!.TargetCertificate.Thumbprint,
            first!.TargetCertificate.Thumbprint);

        // A clock that is wrong for less than an hour renews nothing.
        time.StepWallClock(TimeSpan.FromDays(3000));
        certificate.Poll();
        time.StepWallClock(TimeSpan.FromDays(-3000));
        for (var hour = 0; hour < 3; hour++)
        {
            certificate.Poll();
            time.Advance(TimeSpan.FromHours(1));
        }

        certificate.Poll();
        Assert.Same(first, certificate.Options.ServerCertificateContext);
        time.Advance(TimeSpan.FromDays(710));
        certificate.Poll();
        Assert.NotSame(first, certificate.Options.ServerCertificateContext);
        await lines.WhenAsync("CERTIFICATE state=Renewed");
    }

    [Fact]
    public async Task Behind_a_proxy_the_client_is_the_one_that_the_proxy_names()
    {
        await using var fixture = await AccessFixture.StartAsync(Proxied);
        var client = fixture.Client();
        client.DefaultRequestHeaders.Host = "gateway.plant";
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "6.6.6.6, 10.0.0.7");
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        client.DefaultRequestHeaders.Add("Origin", "https://gateway.plant");
        using var login = await AccessFixture.LogInAsync(client, "eva", AccessFixture.Password);
        Assert.Equal(HttpStatusCode.OK, login.StatusCode);
        Assert.Contains("; secure;", Assert.Single(login.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
        Assert.Equal("10.0.0.7", (string?)fixture.Audit[^1]["address"]);

        client.DefaultRequestHeaders.Remove("X-Forwarded-Proto");
        var (status, detail) = await AccessFixture.RefusalAsync(client.GetAsync("/api/session"));
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("X-Forwarded-Proto", detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "/api/session", null, 403)]
    [InlineData("", "/api/session", null, 403)]
    [InlineData("unknown", "/api/session", null, 403)]
    [InlineData("10.0.0.7, _hidden", "/api/session", null, 403)]
    [InlineData("10.0.0.7:51234", "/api/session", null, 200)]
    [InlineData("unknown, [fe80::1]", "/api/session", null, 200)]
    [InlineData(null, "/health/ready", null, 200)]
    [InlineData(null, "/healthy", null, 403)]
    [InlineData(null, "/api/tags", "robot", 200)]
    [InlineData(null, "/api/login", "robot", 403)]
    [InlineData(null, "/api/tags", "Basic cm9ib3Q6eA==", 403)]
    [InlineData(null, "/api/tags", "Bearer nobody", 401)]
    public async Task Behind_a_proxy_a_request_names_its_client_or_is_of_a_program_of_this_machine(
        string? client, string path, string? credentials, int expected)
    {
        await using var fixture = await AccessFixture.StartAsync(Proxied);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = "gateway.plant";
        request.Headers.Add("X-Forwarded-Proto", "https");
        if (client is not null) request.Headers.TryAddWithoutValidation("X-Forwarded-For", client);
        if (credentials?.Contains(' ', StringComparison.Ordinal) == true) request.Headers.Add("Authorization", credentials);
        using var response = await (credentials == "robot" ? fixture.WithToken("robot", "viewer") : fixture.Client()).SendAsync(request);
        Assert.Equal(expected, (int)response.StatusCode);
    }

    [Fact]
    public async Task Without_behind_proxy_nobody_can_name_another_client()
    {
        await using var fixture = await AccessFixture.StartAsync();
        var client = fixture.Client();
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "10.0.0.7");
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        using var login = await AccessFixture.LogInAsync(client, "eva", AccessFixture.Password);
        Assert.Equal("127.0.0.1", (string?)fixture.Audit[^1]["address"]);
        Assert.DoesNotContain("; secure", Assert.Single(login.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
    }

    private static async Task<string> SubjectAsync(AccessFixture fixture)
    {
        using var certificate = await CertificateAsync(fixture, SslProtocols.None);
        return certificate.Subject;
    }

    private static async Task<X509Certificate2> CertificateAsync(AccessFixture fixture, SslProtocols protocol)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(fixture.Address.Authority));
        await using var tls = new SslStream(client.GetStream(), false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = protocol });
        return new X509Certificate2(tls.RemoteCertificate!);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
            { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = TryStart(start);
        Skip.If(process is null, $"{program} is not installed");
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }

    private static Process? TryStart(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}

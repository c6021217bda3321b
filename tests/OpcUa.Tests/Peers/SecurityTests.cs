using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.OpcUa.Tests.Testing;
using PlantRuntime.Plugins.OpcUa.Security;

namespace PlantRuntime.OpcUa.Tests.Peers;

/// <summary>One node-opcua server with security, for all tests of a class.</summary>
public sealed class SecureServer : IAsyncLifetime
{
    public NodeOpcUaServer Server { get; private set; } = null!;

    public async Task InitializeAsync()
        => Server = await NodeOpcUaServer.StartAsync("""{"nodes":2000,"security":true,"hostname":"unreachable.example"}""");

    public async Task DisposeAsync()
    {
        if (Server is not null) await Server.DisposeAsync();
    }
}

/// <summary>Policies, users and certificates against node-opcua, whose endpoints name a host that does not exist.</summary>
[Trait("Needs", "Server")]
public sealed class SecurityTests(SecureServer peer) : IClassFixture<SecureServer>
{
    private const string Value = "nsu=http://plant.example/line;s=Int16";

    [SkippableTheory]
    [InlineData("Basic256Sha256", "Sign", 2048)]
    [InlineData("Basic256Sha256", "SignAndEncrypt", 4096)]
    [InlineData("Aes128_Sha256_RsaOaep", "Sign", 2048)]
    [InlineData("Aes128_Sha256_RsaOaep", "SignAndEncrypt", 3072)]
    [InlineData("Aes256_Sha256_RsaPss", "Sign", 2048)]
    [InlineData("Aes256_Sha256_RsaPss", "SignAndEncrypt", 2048)]
    [InlineData(null, null, 2048)]
    [InlineData("None", null, 2048)]
    public async Task Every_policy_and_mode_reads(string? policy, string? mode, int keyBits)
    {
        using var site = new Site();
        await peer.Server.TrustAsync(site.Pki);
        await using var driver = await site.ConnectAsync<OpcUaDriver>(Options(policy, mode, keyBits));
        // Long enough for several chunks in both directions.
        var scan = new PreparedScan(driver,
            [Value, .. Enumerable.Range(0, 2000).Select(n => $"nsu=http://plant.example/line;i={1000 + n}")]);
        for (var i = 0; i < 3; i++) await scan.ReadAsync();
        Assert.Equal(2001, scan.Good);
        Assert.Equal(-12345, scan[0].Int);
        var expected = policy == "None" ? "None" : $"{policy ?? "Aes256_Sha256_RsaPss"} {mode ?? "SignAndEncrypt"}";
        Assert.Contains(await driver.DescribeAsync(CancellationToken.None), fact => fact.Text == expected);
    }

    [SkippableTheory]
    [InlineData("operator", "s3cret", "Basic256Sha256", true)]
    [InlineData("operator", "s3cret", "Aes256_Sha256_RsaPss", true)]
    [InlineData("operator", "s3cret", "None", true)]
    [InlineData("operator", "wrong", "Basic256Sha256", false)]
    public async Task A_user_name_is_accepted_with_its_password(string user, string password, string policy, bool isAccepted)
    {
        using var site = new Site();
        await peer.Server.TrustAsync(site.Pki);
        var options = new OpcUaOptions
        {
            Host = "127.0.0.1", Port = peer.Server.Port, Security = policy, User = user, Password = new Secret(password), Mode =
                ReadingMode.Poll,
        };
        if (isAccepted)
        {
            await using var driver = await site.ConnectAsync<IDriver>(options);
            return;
        }

        var refused = await Assert.ThrowsAsync<NotConnectedException>(() => site.ConnectAsync<IDriver>(options));
        Assert.Contains("check user and password", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(password, refused.ToString(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_user_certificate_signs()
    {
        using var site = new Site();
        await peer.Server.TrustAsync(site.Pki);
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=operator", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.DataEncipherment, true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllBytesAsync(Path.Combine(site.Folder, "user.der"), certificate.RawData);
        await File.WriteAllTextAsync(Path.Combine(site.Folder, "user.pem"), key.ExportPkcs8PrivateKeyPem());
        var options = new OpcUaOptions
        {
            Host = "127.0.0.1", Port = peer.Server.Port, UserCert = "user.der", UserKey = "user.pem", Mode = ReadingMode.Poll,
        };
        await using var driver = await site.ConnectAsync<IDriver>(options);
        var scan = new PreparedScan(driver, Value);
        await scan.ReadAsync();
        Assert.Equal(-12345, scan[0].Int);
    }

    [SkippableFact]
    public async Task An_unknown_server_is_refused_until_it_is_trusted()
    {
        using var site = new Site();
        var refused = await Assert.ThrowsAsync<NotConnectedException>(() => site.ConnectAsync<IDriver>(Options(null, null, 2048)));
        Assert.Contains("run: plant trust plant line", refused.Message, StringComparison.Ordinal);
        Assert.Contains("BadCertificateUntrusted", refused.Message, StringComparison.Ordinal);
        var store = new CertificateStore(site.Pki);
        var rejected = Assert.Single(CertificateStore.Certificates(store.RejectedFolder));
        Assert.Contains(rejected.Thumbprint, refused.Message, StringComparison.Ordinal);
        store.Trust(rejected);
        Assert.Empty(Directory.GetFiles(store.RejectedFolder));
        await using var driver = await site.ConnectAsync<IDriver>(Options(null, null, 2048));
    }

    [SkippableFact]
    public async Task The_application_certificate_is_created_once_with_uri_and_names()
    {
        using var site = new Site();
        await peer.Server.TrustAsync(site.Pki);
        await using (await site.ConnectAsync<IDriver>(Options(null, null, 2048)))
        {
        }

        var store = new CertificateStore(site.Pki);
        var first = await File.ReadAllBytesAsync(store.OwnCertificateFile);
        await using (await site.ConnectAsync<IDriver>(Options(null, null, 2048)))
        {
        }

        Assert.Equal(first, await File.ReadAllBytesAsync(store.OwnCertificateFile));
        using var certificate = X509CertificateLoader.LoadCertificate(first);
        Assert.Equal($"urn:{System.Net.Dns.GetHostName()}:plantruntime:plant", ApplicationCertificate.UriOf(certificate));
        Assert.Contains(System.Net.Dns.GetHostName(), SubjectNames.Of(certificate).Hosts, StringComparer.OrdinalIgnoreCase);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(store.OwnKeyFile));
    }

    [SkippableFact]
    public async Task The_way_to_the_server_is_tried_step_by_step()
    {
        using var site = new Site();
        await using var driver = site.Open(Options(null, null, 2048));
        var steps = await StepsAsync((IDiagnosable)driver);
        Assert.Equal(["endpoints True", "security True", "certificate False"], steps.Select(step => $"{step.Name} {step.IsGood}"));
        Assert.Contains("UserName", steps[0].Found, StringComparison.Ordinal);
        Assert.Contains("; servers: \"", steps[0].Found, StringComparison.Ordinal);
        Assert.Contains("plant trust plant line", steps[2].Found, StringComparison.Ordinal);
        await peer.Server.TrustAsync(site.Pki);
        steps = await StepsAsync((IDiagnosable)driver);
        Assert.Equal(["endpoints", "security", "certificate", "session", "read"], steps.Select(step => step.Name));
        Assert.All(steps, step => Assert.True(step.IsGood, step.Found));
    }

    private static async Task<List<DiagnosisStep>> StepsAsync(IDiagnosable driver)
    {
        var steps = new List<DiagnosisStep>();
        await foreach (var step in driver.DiagnoseAsync(CancellationToken.None)) steps.Add(step);
        return steps;
    }

    [SkippableFact]
    public async Task The_channel_is_renewed_while_reads_go_on()
    {
        using var site = new Site();
        await peer.Server.TrustAsync(site.Pki);
        var options = new OpcUaOptions { Host = "127.0.0.1", Port = peer.Server.Port, Mode = ReadingMode.Poll, ChannelLifetime =
            TimeSpan.FromSeconds(1) };
        await using var driver = await site.ConnectAsync<OpcUaDriver>(options);
        var scan = new PreparedScan(driver, Value);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (driver.Session.Connection.Renewals < 3)
        {
            await scan.ReadAsync(limit.Token);
            Assert.Equal(1, scan.Good);
        }
    }

    private OpcUaOptions Options(string? policy, string? mode, int keyBits) => new()
    {
        Host = "127.0.0.1", Port = peer.Server.Port, Security = policy, SecurityMode = mode, KeyBits = keyBits, Mode = ReadingMode.Poll,
    };
}

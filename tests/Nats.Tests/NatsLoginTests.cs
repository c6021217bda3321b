using NATS.NKeys;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Nats.Tests.Testing;

namespace PlantRuntime.Nats.Tests;

/// <summary>Logs in with every kind of credentials, and over TLS.</summary>
[Trait("Needs", "Server")]
public sealed class NatsLoginTests : IDisposable
{
    private readonly NatsSinkFixture _sinks = new();

    [SkippableFact]
    public async Task A_user_with_the_right_password_may_publish_and_with_a_wrong_one_not()
    {
        await using var server = await NatsServer.StartAsync("authorization { user: edge, password: \"s3cret word\" }");
        var refused = await _sinks.WhyNotConnectedAsync(Options(server, password: new Secret("wrong-secret")));
        Assert.Contains("authorization violation", refused, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("wrong-secret", refused, StringComparison.Ordinal);
        await PublishesAsync(Options(server, password: new Secret("s3cret word")));
    }

    [SkippableFact]
    public async Task A_token_is_accepted()
    {
        await using var server = await NatsServer.StartAsync("authorization { token: \"t0ken\" }");
        Assert.Contains("authorization violation", await _sinks.WhyNotConnectedAsync(Options(server)), StringComparison.OrdinalIgnoreCase);
        await PublishesAsync(Options(server, token: new Secret("t0ken")));
    }

    [SkippableFact]
    public async Task The_seed_of_an_nkey_is_accepted_and_a_wrong_one_is_not_quoted()
    {
        using var user = KeyPair.CreatePair(PrefixByte.User);
        await using var server = await NatsServer.StartAsync($"authorization {{ users: [ {{ nkey: {user.GetPublicKey()} }} ] }}");
        var wrong = await _sinks.WhyNotConnectedAsync(Options(server, nkey: new Secret("not-a-seed")));
        Assert.Contains("nkey: the secret is not the seed", wrong, StringComparison.Ordinal);
        Assert.DoesNotContain("not-a-seed", wrong, StringComparison.Ordinal);
        await PublishesAsync(Options(server, nkey: new Secret(user.GetSeed())));
    }

    [SkippableFact]
    public async Task The_file_of_a_users_jwt_is_accepted_and_a_missing_one_is_named()
    {
        using var jwt = new Jwt();
        await using var server = await NatsServer.StartAsync(jwt.Config);
        Assert.Contains("creds: edge.creds cannot be read", await _sinks.WhyNotConnectedAsync(Options(server, creds: "edge.creds")),
            StringComparison.Ordinal);
        await File.WriteAllTextAsync(_sinks.Folder.Of("edge.creds"), jwt.Creds);
        await PublishesAsync(Options(server, creds: "edge.creds"));
    }

    [SkippableFact]
    public async Task Over_tls_only_a_certificate_of_the_ca_is_accepted_and_a_clients_certificate_is_shown()
    {
        using var folder = new Conformance.TemporaryFolder();
        using var ca = new CertificateAuthority(folder, "plant-ca");
        using var other = new CertificateAuthority(folder, "other-ca");
        var (cert, key) = ca.Issue("localhost");
        var (clientCert, clientKey) = ca.Issue("edge", isServer: false);
        await using var server = await NatsServer.StartAsync(
            $"tls {{ cert_file: \"{cert}\", key_file: \"{key}\", ca_file: \"{ca.CaFile}\", verify: true }}");
        var address = $"localhost:{server.Port}";

        Assert.Contains("requires TLS", await _sinks.WhyNotConnectedAsync(Options(server)), StringComparison.Ordinal);
        var untrusted = await _sinks.WhyNotConnectedAsync(Options(server, address, new TlsOptions { Ca = other.CaFile }));
        Assert.Contains("does not come from the CA in", untrusted, StringComparison.Ordinal);
        var misnamed = await _sinks.WhyNotConnectedAsync(Options(server, tls: new TlsOptions { Ca = ca.CaFile }));
        Assert.Contains("made out to localhost, not to 127.0.0.1", misnamed, StringComparison.Ordinal);
        await _sinks.WhyNotConnectedAsync(Options(server, address, new TlsOptions { Ca = ca.CaFile }));
        await PublishesAsync(Options(server, address, new TlsOptions { Ca = ca.CaFile, Cert = clientCert, Key = clientKey }));
    }

    [SkippableFact]
    public async Task A_server_without_tls_is_refused_if_tls_is_configured()
    {
        await using var server = await NatsServer.StartAsync();
        Assert.Contains("does not support TLS", await _sinks.WhyNotConnectedAsync(Options(server, tls: new TlsOptions())),
            StringComparison.Ordinal);
    }

    public void Dispose() => _sinks.Dispose();

    private static NatsSinkOptions Options(NatsServer server, string? address = null, TlsOptions? tls = null, Secret? password = null,
        Secret? token = null, Secret? nkey = null, string? creds = null) => new()
        {
            Servers = [address ?? server.Addresses[0]],
            Subject = "plant.{device}",
            Stream = new NatsStreamOptions { Name = "PLANT" },
            User = password is null ? null : "edge",
            Password = password,
            Token = token,
            Nkey = nkey,
            Creds = creds,
            Tls = tls,
        };

    private async Task PublishesAsync(NatsSinkOptions options)
    {
        await using var sink = await _sinks.ConnectAsync(options);

        // Returning means that the stream has acknowledged the records.
        await sink.WriteAsync(Batches.Counting(1, 0, 3), default);
    }
}

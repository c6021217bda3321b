using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Conformance.Unload;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres;
using PlantRuntime.Wire.Tls;

namespace PlantRuntime.Postgres.Tests;

[Collection(PostgresCollection.Name)]
[Trait("Needs", "Server")]
public sealed class TlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CertificateAuthority _good;

    public TlsTests() => _good = new CertificateAuthority(_folder, "Test authority");

    public void Dispose()
    {
        _good.Dispose();
        _folder.Dispose();
    }

    [SkippableFact]
    public async Task The_right_authority_and_name_are_trusted_and_the_plugin_unloads()
    {
        await using var server = await StartAsync("localhost", Batches.Start.AddDays(1));
        await CollectibleCheck.UnloadsAsync(BuiltPlugin.FileOf(typeof(PostgresPlugin).Assembly), async plugin =>
        {
            var other = (ISinkPlugin)plugin;
            await using var sink = other.Open(OptionsCopy.To(other.OptionsType, Options(server.Port, _good)), Context);
            await sink.ConnectAsync(default);
            await sink.WriteAsync(Batches.Counting(1, 0, 3), default);
        });
    }

    [SkippableFact]
    public async Task A_wrong_authority_is_refused()
    {
        using var wrong = new CertificateAuthority(_folder, "Wrong authority");
        await using var server = await StartAsync("localhost", Batches.Start.AddDays(1));
        await RefusesAsync(Options(server.Port, wrong),
            $"it does not come from the CA in {_folder.Of("ca.crt")} but from CN=Test authority");
    }

    [SkippableFact]
    public async Task A_wrong_name_is_refused()
    {
        await using var server = await StartAsync("elsewhere", Batches.Start.AddDays(1));
        await RefusesAsync(Options(server.Port, _good),
            "the server's certificate \"CN=elsewhere\" is refused: it is made out to elsewhere, not to localhost");
    }

    [SkippableFact]
    public async Task An_expired_certificate_is_refused()
    {
        await using var server = await StartAsync("localhost", Batches.Start.AddDays(-1));
        await RefusesAsync(Options(server.Port, _good), "to 2026-11-20 08:00:00Z (or its CA is not), and now is 2026-11-21 08:00:00Z");
    }

    private PluginContext Context =>
        new("store", "press-hall", _folder.Path, new ManualTimeProvider(Batches.Start), new CapturingPluginLog());

    private async Task RefusesAsync(PostgresSinkOptions options, string expected)
    {
        await using var sink = new PostgresPlugin().Open(options, Context);
        var error = await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.ConnectAsync(default));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private PostgresSinkOptions Options(int port, CertificateAuthority authority)
    {
        File.Copy(authority.CaFile, _folder.Of("ca.crt"), overwrite: true);
        return new PostgresSinkOptions
        {
            Host = "localhost", Port = port, Database = "postgres", User = "plant", Password = new Secret(PostgresServer.Password),
            Tls = new TlsOptions { Ca = "ca.crt" },
        };
    }

    private async Task<PostgresServer> StartAsync(string name, DateTime until)
    {
        Skip.If(PostgresServer.Programs is null, "no PostgreSQL here: install Debian's package postgresql");
        var (certificate, key) = _good.IssueUntil(until, name);
        var server = await PostgresServer.StartNewAsync("fsync = off");
        await server.StopAsync();
        await server.GiveFileAsync("server.crt", await File.ReadAllTextAsync(certificate));
        await server.GiveFileAsync("server.key", await File.ReadAllTextAsync(key));
        await server.GiveFileAsync("pg_hba.conf", "hostssl all all 127.0.0.1/32 scram-sha-256\n");
        await server.GiveFileAsync("postgresql.auto.conf", "ssl = on\n");
        await server.StartAsync();
        return server;
    }
}

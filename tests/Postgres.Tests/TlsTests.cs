using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Conformance.Unload;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres;

namespace PlantRuntime.Postgres.Tests;

[Collection(PostgresTests.Name)]
public sealed class TlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Certificates _good = new();

    public void Dispose()
    {
        _folder.Dispose();
        _good.Dispose();
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
        using var wrong = new Certificates();
        await using var server = await StartAsync("localhost", Batches.Start.AddDays(1));
        await RefusesAsync(Options(server.Port, wrong), "is signed by \"CN=Test authority\", which is not trusted");
    }

    [SkippableFact]
    public async Task A_wrong_name_is_refused()
    {
        await using var server = await StartAsync("elsewhere", Batches.Start.AddDays(1));
        await RefusesAsync(Options(server.Port, _good), "the certificate \"CN=elsewhere\" is not for \"localhost\"");
    }

    [SkippableFact]
    public async Task An_expired_certificate_is_refused()
    {
        await using var server = await StartAsync("localhost", Batches.Start.AddDays(-1));
        await RefusesAsync(Options(server.Port, _good), "to 2026-11-20 08:00:00Z, which is not now");
    }

    private PluginContext Context => new("store", "press-hall", _folder.Path, new ManualTimeProvider(Batches.Start), new CapturingPluginLog());

    private async Task RefusesAsync(PostgresOptions options, string expected)
    {
        await using var sink = new PostgresPlugin().Open(options, Context);
        var error = await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.ConnectAsync(default));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private PostgresOptions Options(int port, Certificates authority)
    {
        File.WriteAllText(_folder.Of("ca.crt"), authority.AuthorityPem);
        return new PostgresOptions
        {
            Host = "localhost", Port = port, Database = "postgres", User = "plant", Password = new Secret(PostgresServer.Password),
            Tls = new TlsOptions { Ca = "ca.crt" },
        };
    }

    private async Task<PostgresServer> StartAsync(string name, DateTime until)
    {
        Skip.If(PostgresServer.Programs is null, "no PostgreSQL here: install Debian's package postgresql");
        var (certificate, key) = _good.Server(name, until);
        var server = await PostgresServer.StartNewAsync("fsync = off");
        await server.StopAsync();
        await server.GiveFileAsync("server.crt", certificate);
        await server.GiveFileAsync("server.key", key);
        await server.GiveFileAsync("pg_hba.conf", "hostssl all all 127.0.0.1/32 scram-sha-256\n");
        await server.GiveFileAsync("postgresql.auto.conf", "ssl = on\n");
        await server.StartAsync();
        return server;
    }
}

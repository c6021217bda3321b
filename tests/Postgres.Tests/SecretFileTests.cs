using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres;
using PlantRuntime.Plugins.Postgres.Session;

namespace PlantRuntime.Postgres.Tests;

/// <summary>Tests a password that is changed in the server and in its file while the sink runs.</summary>
[Trait("Needs", "Server")]
public sealed class SecretFileTests(PostgresFixture shared) : PostgresTestBase(shared)
{
    [SkippableFact]
    public async Task The_next_connect_uses_the_new_password()
    {
        Run("CREATE ROLE rotated_$schema LOGIN PASSWORD 'first-password'; GRANT ALL ON SCHEMA $schema TO rotated_$schema");
        var given = "first-password";
        await using var sink = await ConnectAsync(new PostgresSinkOptions
        {
            Host = "127.0.0.1", Port = Server.Port, Database = "postgres", User = $"rotated_{Schema}", Schema = Schema,
            Password = new Secret(() => given),
        });
        await sink.WriteAsync(Batches.Counting(1, 0, 3), default);
        Run("ALTER ROLE rotated_$schema PASSWORD 'second-password'");
        await Assert.ThrowsAsync<ServerRefusedException>(() => sink.ConnectAsync(default).AsTask());
        given = "second-password";
        await sink.ConnectAsync(default);
        await sink.WriteAsync(Batches.Counting(2, 3, 2), default);
        Assert.Equal(Batches.CountingStored(0, 5), Samples);
    }
}

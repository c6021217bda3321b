using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres;
using PlantRuntime.Plugins.Postgres.Rows;

namespace PlantRuntime.Postgres.Tests.Driver;

/// <summary>Connections that are terminated, half-open or refused, and the gaps that they leave.</summary>
[Trait("Needs", "Server")]
public sealed class ConnectionTests(PostgresFixture shared) : ListenerTestBase(shared)
{
    [SkippableFact]
    public async Task A_terminated_connection_is_reported_and_leaves_a_named_gap()
    {
        await using var driver = await ListenerFixture.ConnectAsync(Listen(), Folder, $"{Channel} : valor", "$gap");
        Assert.Empty(driver.Log.Warnings);
        Terminate();
        Assert.Contains("terminating connection due to administrator command", await driver.ReadUntilLostAsync(), StringComparison.Ordinal);
        Notify("""{"valor":1}""");
        await driver.ReconnectAsync();
        Notify("""{"valor":2}""");
        var gap = await driver.NextAsync();
        Assert.Matches(@"^t1=GAP from 2\d{3}-\d\d-\d\dT[\d:.]+Z to 2\d{3}-\d\d-\d\dT[\d:.]+Z$", gap);
        Assert.Equal("t0=2", await driver.NextAsync());
        Assert.StartsWith(gap["t1=".Length..], Assert.Single(driver.Log.Warnings), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task The_gap_of_a_restart_begins_with_what_was_stored()
    {
        var clock = new Conformance.Time.ManualTimeProvider(new DateTimeOffset(2026, 1, 1, 10, 0, 0, TimeSpan.Zero));
        string[] addresses = [$"{Channel} : valor", "$gap"];
        await using (var first = new ListenerFixture(Listen(), Folder, clock, null, addresses))
        {
            await first.ConnectAsync();
            Notify("""{"valor":1}""");
            await first.TakeAsync(1);
            clock.Advance(TimeSpan.FromMinutes(1));
            Notify("""{"valor":2}""");
            await first.NextAsync();
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        // The second one was not acknowledged: it is part of the gap.
        clock.Advance(TimeSpan.FromMinutes(1));
        await using var killed = new ListenerFixture(Listen(), Folder, clock, null, addresses);
        await killed.ConnectAsync();
        Assert.Equal("t1=GAP from 2026-01-01T10:01:00.000Z to 2026-01-01T10:03:00.000Z", await killed.NextAsync());

        // The record of the gap is not stored: it is reported again.
        await killed.KillAsync();
        await using var last = new ListenerFixture(Listen(), Folder, clock, null, addresses);
        await last.ConnectAsync();
        Assert.Equal("t1=GAP from 2026-01-01T10:01:00.000Z to 2026-01-01T10:03:00.000Z", await last.NextAsync());
    }

    [SkippableFact]
    public async Task A_half_open_connection_is_detected_by_the_probe()
    {
        using var proxy = new AnswerSwallowingProxy(Server.Port) { IsSilentAfterwards = true };
        await using var driver = await ListenerFixture.ConnectAsync(
            Listen(port: proxy.Port, probe: 100, probeTimeout: 500), Folder, $"{Channel} : valor");
        Notify("""{"valor":1}""");
        Assert.Equal("t0=1", await driver.NextAsync());
        proxy.Arm("SELECT 1");
        Assert.Contains("no answer to SELECT 1 within 0.5 s: the connection is half-open", await driver.ReadUntilLostAsync(),
            StringComparison.Ordinal);
        Assert.True(proxy.Swallowed.Task.IsCompleted);
        await driver.ConnectAsync();
        Notify("""{"valor":2}""");
        Assert.Equal("t0=2", await driver.NextAsync());
    }

    [SkippableFact]
    public async Task Probes_of_a_silent_connection_keep_it_and_the_position_fresh()
    {
        var clock = new Conformance.Time.ManualTimeProvider(new DateTimeOffset(2026, 1, 1, 10, 0, 0, TimeSpan.Zero));
        await using var driver = new ListenerFixture(Listen(probe: 60, probeTimeout: 60_000), Folder, clock, null, $"{Channel} : valor");
        await driver.ConnectAsync();
        var connected = clock.GetUtcNow().UtcDateTime;
        clock.Advance(TimeSpan.FromSeconds(30));
        using var stop = new CancellationTokenSource();
        var reading = driver.NextAsync(stop.Token);
        await WhenSavedAsync(connected);

        // The next save is at least 5 s later; a probe has answered by then.
        clock.Advance(TimeSpan.FromSeconds(5));
        await WhenSavedAsync(connected.AddSeconds(30));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [SkippableFact]
    public async Task A_server_that_is_restarted_is_listened_to_again()
    {
        await using var server = await PostgresServer.StartNewAsync("fsync = off");
        await using var driver = await ListenerFixture.ConnectAsync(Listen(port: server.Port), Folder, $"{Channel} : valor");
        var lost = driver.ReadUntilLostAsync();
        await server.StopAsync();
        await lost;
        await Assert.ThrowsAsync<NotConnectedException>(() => driver.ConnectAsync());
        await server.StartAsync();
        await driver.ReconnectAsync();
        await using var other = Npgsql.NpgsqlDataSource.Create(
            $"Host=127.0.0.1;Port={server.Port};Username=plant;Password={PostgresServer.Password};Database=postgres;Pooling=false");
        Sql.Run(other, $$"""SELECT pg_notify('{{Channel}}', '{"valor":3}')""");
        Assert.Equal("t0=3", await driver.NextAsync());
    }

    [SkippableTheory]
    [InlineData("session")]
    [InlineData("transaction")]
    public async Task A_pooler_in_transaction_mode_is_reported(string mode)
    {
        Skip.If(PgBouncer.Program is null, "no pgbouncer here: install Debian's package pgbouncer");
        await using var pooler = await PgBouncer.StartNewAsync(Server.Port, mode, 4);
        await using var driver = new ListenerFixture(Listen(port: pooler.Port), Folder, null, null, $"{Channel} : valor");
        if (mode == "transaction")
        {
            var refused = await Assert.ThrowsAnyAsync<Exception>(() => driver.ConnectAsync());
            Assert.Contains("a pooler in transaction mode", refused.Message, StringComparison.Ordinal);
            return;
        }

        await driver.ConnectAsync();
        Notify("""{"valor":4}""");
        Assert.Equal("t0=4", await driver.NextAsync());
    }

    [SkippableFact]
    public async Task Status_names_server_channels_and_progress()
    {
        CreateReadings();
        Insert(1, 1);
        await using var driver = await ListenerFixture.ConnectAsync(Listen(Readings), Folder, $"{Channel} : valor", $"{Channel}_b : valor");
        Insert(2, 2);
        await driver.TakeAsync(1);
        var properties = await ((IDescribed)driver.Driver).DescribeAsync(default);
        Assert.Matches(@"^server=PostgreSQL \d+\.\d+ catch_up=(up to|reading .* at) 2025-01-01T00:00:0[12]\.000000Z channels=2$",
            string.Join(' ', properties.Select(p => $"{p.Name}={p.Text}")));
        Assert.DoesNotContain(properties, p => p.IsWrong);
    }

    /// <summary>Waits until the saved position has this time, or a later one.</summary>
    private async Task WhenSavedAsync(DateTime time)
    {
        var file = new PositionFile(
            new PluginContext("pumps", "plant", Folder.Path, TimeProvider.System, Log), $"127.0.0.1:{Server.Port}/postgres LISTEN");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!(file.Read()?.Time >= time))
        {
            await Task.Yield();
            limit.Token.ThrowIfCancellationRequested();
        }
    }
}

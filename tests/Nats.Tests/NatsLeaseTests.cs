using System.Text;
using NATS.Client.KeyValueStore;
using PlantRuntime.Conformance;
using PlantRuntime.Contracts;
using PlantRuntime.Nats.Tests.Testing;

namespace PlantRuntime.Nats.Tests;

/// <summary>
/// The lease and the state of recipes in a real nats-server. The clock of each host is its own, and is advanced by the test.
/// </summary>
[Trait("Needs", "Server")]
public sealed class NatsLeaseTests(NatsServerFixture server) : IClassFixture<NatsServerFixture>
{
    private static readonly TimeSpan s_expiry = TimeSpan.FromSeconds(3);

    [SkippableFact]
    public async Task A_lease_is_given_only_after_one_revision_was_seen_for_the_expiry()
    {
        await using var first = await ConnectAsync("expiry", "a");
        await using var second = await ConnectAsync("expiry", "b");
        var token = await TakeAsync(first);
        Assert.Null(await second.Lease.TryHoldAsync(default));
        second.Time.Advance(TimeSpan.FromSeconds(3.4));
        Assert.Null(await second.Lease.TryHoldAsync(default));

        // A confirmation begins the time anew, whatever the clock of the holder says.
        Assert.Equal(token, await first.Lease.TryHoldAsync(default));
        second.Time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Null(await second.Lease.TryHoldAsync(default));
        second.Time.Advance(TimeSpan.FromSeconds(3.6));
        var next = await second.Lease.TryHoldAsync(default);
        Assert.True(next > token);
        Assert.Null(await first.Lease.TryHoldAsync(default));
        Assert.Equal(next, await second.Lease.TryHoldAsync(default));
    }

    [SkippableFact]
    public async Task A_stepped_wall_clock_neither_ends_a_lease_nor_delays_a_takeover()
    {
        await using var first = await ConnectAsync("steps", "a");
        await using var second = await ConnectAsync("steps", "b");
        await TakeAsync(first);
        foreach (var step in new[] { 3600, -7200, 86_400 })
        {
            Assert.Null(await second.Lease.TryHoldAsync(default));
            second.Time.Step(TimeSpan.FromSeconds(step));
            first.Time.Step(TimeSpan.FromSeconds(-step));
            Assert.Null(await second.Lease.TryHoldAsync(default));
            Assert.NotNull(await first.Lease.TryHoldAsync(default));
        }

        Assert.Null(await second.Lease.TryHoldAsync(default));
        second.Time.Advance(s_expiry + TimeSpan.FromSeconds(0.6));
        Assert.NotNull(await second.Lease.TryHoldAsync(default));
    }

    [SkippableFact]
    public async Task A_released_lease_is_given_at_once_and_the_hosts_know_each_other()
    {
        await using var first = await ConnectAsync("release", "a");
        await using var second = await ConnectAsync("release", "b");
        var token = await TakeAsync(first);
        Assert.Null(await second.Lease.TryHoldAsync(default));
        Assert.Equal("a", Assert.Single(await second.Lease.ListAsync(default)).Instance);

        // An announcement from before the first look may be of a host that ended.
        Assert.Empty(await first.Lease.ListAsync(default));
        second.Time.Advance(TimeSpan.FromSeconds(1.1));
        Assert.Null(await second.Lease.TryHoldAsync(default));
        Assert.Equal(new LeaseMember("b", false, null), Assert.Single(await first.Lease.ListAsync(default)));
        first.Time.Advance(TimeSpan.FromSeconds(3.1));
        Assert.Empty(await first.Lease.ListAsync(default));
        await first.Lease.ReleaseAsync(default);
        Assert.True(await second.Lease.TryHoldAsync(default) > token);
    }

    [SkippableFact]
    public async Task A_holder_that_connects_again_goes_on_with_its_token()
    {
        await using var first = await ConnectAsync("reconnect", "a");
        var token = await TakeAsync(first);
        await first.Lease.ConnectAsync(default);
        Assert.Equal(token, await first.Lease.TryHoldAsync(default));
    }

    [SkippableFact]
    public async Task A_confirmation_whose_answer_was_lost_does_not_lose_the_lease_and_a_deleted_key_does()
    {
        await using var first = await ConnectAsync("lost", "a");
        var token = await TakeAsync(first);
        await using var connection = StoredStream.Connect($"127.0.0.1:{server.Port}");
        var store = await new NatsKVContext(new NATS.Client.JetStream.NatsJSContext(connection)).GetStoreAsync("plant-lease");
        var key = await FindKeyAsync(store, "lost-");
        var entry = await store.GetEntryAsync<byte[]>(key);

        // The same value once more: what the server has of a confirmation that the host believes to have failed.
        await store.PutAsync(key, entry.Value);
        Assert.Equal(token, await first.Lease.TryHoldAsync(default));
        await store.DeleteAsync(key);
        Assert.Null(await first.Lease.TryHoldAsync(default));
    }

    [SkippableFact]
    public async Task A_state_is_read_as_it_was_saved_and_an_older_token_is_refused()
    {
        await using var first = await OpenStateAsync("state");
        await using var second = await OpenStateAsync("state");
        Assert.Null(await first.LoadAsync(default));
        var bytes = new byte[700_000];
        new Random(1).NextBytes(bytes);
        await first.SaveAsync(5, bytes, default);
        AssertLoaded(5, bytes, await second.LoadAsync(default));
        await first.SaveAsync(5, bytes.AsMemory(1000), default);
        AssertLoaded(5, bytes[1000..], await second.LoadAsync(default));
        await second.SaveAsync(7, Array.Empty<byte>(), default);
        AssertLoaded(7, [], await first.LoadAsync(default));

        // The first host believes that its description is the last one; then it knows better.
        await Assert.ThrowsAsync<NotConnectedException>(async () => await first.SaveAsync(5, bytes, default));
        var refused = await Assert.ThrowsAsync<RefusedException>(async () => await first.SaveAsync(5, bytes, default));
        Assert.Equal("a host with the token 7 has saved a state", refused.Message);
        AssertLoaded(7, [], await second.LoadAsync(default));
    }

    [SkippableFact]
    public async Task Records_carry_the_token_of_their_term_and_the_mark_of_those_that_are_late()
    {
        using var fixture = new NatsSinkFixture();
        await using var sink = await fixture.ConnectAsync(new NatsSinkOptions
        {
            Servers = [$"127.0.0.1:{server.Port}"], Subject = "late.{device}", Stream = new NatsStreamOptions { Name = "LATE" },
        });
        var batch = new RecordBatch { Queue = Guid.NewGuid(), Lease = new RecordLease(9, [(3, 4), (7, 9)]) };
        foreach (var number in new[] { 2, 5, 7 })
        {
            batch.Number = number;
            batch.Add(DateTime.UnixEpoch, "press", Encoding.UTF8.GetBytes($$"""{"n":{{number}}}"""));
        }

        await sink.WriteAsync(batch, default);
        await using var connection = StoredStream.Connect($"127.0.0.1:{server.Port}");
        var consumer = await new NATS.Client.JetStream.NatsJSContext(connection).CreateOrderedConsumerAsync("LATE");
        var found = new List<string>();
        await foreach (var message in consumer.ConsumeAsync<byte[]>())
        {
            found.Add($"{message.Headers!["Plant-Lease"]}{(message.Headers.ContainsKey("Plant-Late") ? " late" : "")}");
            if (message.Metadata!.Value.NumPending == 0) break;
        }

        Assert.Equal(["0 late", "4 late", "9"], found);
    }

    private static void AssertLoaded(long token, byte[] state, (long Token, ReadOnlyMemory<byte> State)? found)
    {
        Assert.Equal(token, found!.Value.Token);
        Assert.True(found.Value.State.Span.SequenceEqual(state));
    }

    private static async Task<string> FindKeyAsync(INatsKVStore store, string prefix)
    {
        await foreach (var key in store.GetKeysAsync())
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal) && key.EndsWith(".holder", StringComparison.Ordinal)) return key;
        }

        throw new InvalidOperationException($"no key {prefix}");
    }

    private static async Task<long> TakeAsync(LeasedHost host)
    {
        Assert.Null(await host.Lease.TryHoldAsync(default));
        host.Time.Advance(s_expiry + TimeSpan.FromSeconds(0.6));
        return Assert.NotNull(await host.Lease.TryHoldAsync(default));
    }

    private NatsSinkOptions Options() => new()
    {
        Servers = [$"127.0.0.1:{server.Port}"], Subject = "plant.{device}", Stream = new NatsStreamOptions { Name = "PLANT" },
    };

    private async Task<LeasedHost> ConnectAsync(string site, string instance)
    {
        var time = new SteppedTime();
        var context = new PluginContext("lease", site, "/", time, new CapturingPluginLog());
        var lease = new NatsPlugin().OpenLease(Options(), context, new LeaseSettings(instance, s_expiry));
        await lease.ConnectAsync(default);
        return new LeasedHost(lease, time);
    }

    private async Task<ILeaseState> OpenStateAsync(string site)
    {
        var state = new NatsPlugin().OpenState(
            Options(), new PluginContext("state", site, "/", TimeProvider.System, new CapturingPluginLog()));
        await state.ConnectAsync(default);
        return state;
    }

    private sealed record LeasedHost(ILease Lease, SteppedTime Time) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Lease.DisposeAsync();
    }

    /// <summary>A monotonic clock that stands until it is advanced, and a wall clock that can be stepped; timers are real.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        private TimeSpan _elapsed;
        private TimeSpan _step;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan time) => _elapsed += time;

        public void Step(TimeSpan step) => _step += step;

        public override long GetTimestamp() => _elapsed.Ticks;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + _elapsed + _step;
    }
}

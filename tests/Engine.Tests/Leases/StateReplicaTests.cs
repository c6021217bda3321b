using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Host;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Leases;
using PlantRuntime.Engine.RecipeHost.State;
using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Tests.Leases;

/// <summary>The state of the recipes on its way from one host to the other.</summary>
public sealed class StateReplicaTests : IAsyncDisposable
{
    private readonly LogLines _lines = new();
    private readonly PlantLog _log;
    private readonly StateServer _server = new();
    private readonly SiteLease _lease;
    private readonly TemporaryFolder _first = new();
    private readonly TemporaryFolder _second = new();

    public StateReplicaTests()
    {
        _log = new PlantLog(TimeProvider.System, LogLevel.Debug, _lines);
        _lease = new SiteLease(() => new HeldLease(), new LeaseSettings("a", TimeSpan.FromSeconds(60)), TimeProvider.System, _log);
        _lease.Start();
    }

    [Fact]
    public async Task The_last_state_is_copied_and_restored_for_recipes_of_the_site_only()
    {
        await _lease.Active;
        var folder = new StateFolder(_first.Path);
        await using (var replica = new StateReplica(_server, _lease, folder, TimeProvider.System, _log))
        {
            await replica.RestoreAsync([], 0, default);
            folder.Latest!["recipes/a.csx"] = [1, 2, 3];
            folder.Latest["../../etc/b.csx"] = [4];
            replica.Start();
            await replica.EndAsync();
        }

        var other = new StateFolder(_second.Path);
        await using var restored = new StateReplica(_server, _lease, other, TimeProvider.System, _log);
        await restored.RestoreAsync(["recipes/a.csx"], 3, default);
        Assert.Equal(new byte[] { 1, 2, 3 }, other.Read("recipes/a.csx"));
        await _lines.WhenAsync("STATE restored=1 token=3 ");
    }

    [Fact]
    public async Task A_state_older_than_the_last_term_of_this_host_is_not_restored()
    {
        await _lease.Active;
        var folder = new StateFolder(_first.Path);
        await using (var replica = new StateReplica(_server, _lease, folder, TimeProvider.System, _log))
        {
            await replica.RestoreAsync([], 0, default);
            folder.Latest!["recipes/a.csx"] = [1];
            await replica.EndAsync();
        }

        var other = new StateFolder(_second.Path);
        await using var restored = new StateReplica(_server, _lease, other, TimeProvider.System, _log);
        await restored.RestoreAsync(["recipes/a.csx"], 4, default);
        Assert.Null(other.Read("recipes/a.csx"));
    }

    [Fact]
    public async Task A_state_that_is_too_large_is_named_with_its_largest_recipe()
    {
        await _lease.Active;
        var folder = new StateFolder(_first.Path);
        await using var replica = new StateReplica(_server, _lease, folder, TimeProvider.System, _log);
        await replica.RestoreAsync([], 0, default);
        folder.Latest!["recipes/large.csx"] = new byte[2000];
        await replica.EndAsync();
        Assert.Null(_server.Saved);
        const string Expected = "of which recipes/large.csx has 2000, and the server keeps 1000 at most";
        await _lines.WhenAsync(Expected);
    }

    [Fact]
    public async Task Damaged_bytes_restore_nothing_and_are_named()
    {
        _server.Saved = (1, new byte[] { 1, 2, 3 });
        var folder = new StateFolder(_first.Path);
        await using var replica = new StateReplica(_server, _lease, folder, TimeProvider.System, _log);
        await replica.RestoreAsync(["recipes/a.csx"], 0, default);
        Assert.Null(folder.Read("recipes/a.csx"));
        await _lines.WhenAsync("the state of the host before cannot be read");
    }

    public async ValueTask DisposeAsync()
    {
        await _lease.DisposeAsync();
        _log.Dispose();
        _first.Dispose();
        _second.Dispose();
    }

    private sealed class StateServer : ILeaseState
    {
        public (long Token, ReadOnlyMemory<byte> State)? Saved { get; set; }

        public int MostBytes => 1000;

        public ValueTask ConnectAsync(CancellationToken cancel) => default;

        public ValueTask SaveAsync(long token, ReadOnlyMemory<byte> state, CancellationToken cancel)
        {
            Saved = (token, state.ToArray());
            return default;
        }

        public ValueTask<(long Token, ReadOnlyMemory<byte> State)?> LoadAsync(CancellationToken cancel) => new(Saved);

        public ValueTask DisposeAsync() => default;
    }

    private sealed class HeldLease : ILease
    {
        public bool EndsWithConnection => false;

        public ValueTask ConnectAsync(CancellationToken cancel) => default;

        public ValueTask<long?> TryHoldAsync(CancellationToken cancel) => new(3);

        public ValueTask<IReadOnlyList<LeaseMember>> ListAsync(CancellationToken cancel) => new([]);

        public ValueTask ReleaseAsync(CancellationToken cancel) => default;

        public ValueTask DisposeAsync() => default;
    }
}

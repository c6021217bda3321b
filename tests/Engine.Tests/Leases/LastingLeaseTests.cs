using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Host;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Leases;
using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Tests.Leases;

/// <summary>A host with a lease that only its expiry ends, on virtual time; and the terms of its records.</summary>
public sealed class LastingLeaseTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly LogLines _lines = new();
    private readonly PlantLog _log;
    private readonly LastingLease _server = new();
    private readonly SiteLease _host;

    public LastingLeaseTests()
    {
        _log = new PlantLog(_time, LogLevel.Debug, _lines);
        _host = new SiteLease(() => _server, new LeaseSettings("a", TimeSpan.FromSeconds(3)), _time, _log);
        _host.Start();
    }

    [Fact]
    public async Task It_is_active_at_once_and_survives_a_connection_that_is_back_before_the_expiry()
    {
        await UntilAsync(() => _host.MayWrite);
        Assert.Equal(7, _host.Token);
        Assert.NotNull(_host.ActiveSince);
        _server.IsDown = true;
        await UntilAsync(() => !_host.MayWrite);
        Assert.True(_host.IsHeld);
        _server.IsDown = false;
        await UntilAsync(() => _host.MayWrite);
        Assert.False(_host.Lost.IsCompleted);
        Assert.True(_server.Connects > 1);
    }

    [Fact]
    public async Task It_is_lost_when_the_connection_is_not_back_and_then_records_are_rejected_and_nothing_is_released()
    {
        await UntilAsync(() => _host.MayWrite);
        Assert.Null(_host.WhyNoRecords);
        _server.IsDown = true;
        await UntilAsync(() => _host.Lost.IsCompleted);
        Assert.Equal("it was not confirmed for 3 s", await _host.Lost);
        Assert.NotNull(_host.WhyNoRecords);
        await DisposeHostAsync();
        Assert.False(_server.IsReleased);
    }

    [Fact]
    public async Task An_orderly_end_releases_it()
    {
        await UntilAsync(() => _host.MayWrite);
        await DisposeHostAsync();
        Assert.True(_server.IsReleased);
    }

    [Fact]
    public async Task It_is_handed_over_only_to_a_host_that_waits()
    {
        await using var waiting = new SiteLease(() => _server, new LeaseSettings("a", TimeSpan.FromSeconds(3)), _time, _log);
        Assert.Equal("this host is not active: run the command where it is", waiting.RequestHandover());
        await UntilAsync(() => _host.MayWrite);
        Assert.Equal("no other host waits for the lease: nothing was changed", _host.RequestHandover());
        Assert.False(_host.Handover.IsCompleted);
        _server.Members = [new LeaseMember("b", false, null)];
        await UntilAsync(() => _host.Members.Count == 1);
        Assert.Null(_host.RequestHandover());
        Assert.Equal("b", await _host.Handover);
    }

    [Fact]
    public async Task Records_belong_to_the_term_in_which_they_were_made_also_after_a_restart()
    {
        using var folder = new TemporaryFolder();
        var queue = Guid.NewGuid();
        var terms = new LeaseTerms(_host, folder.Path, _time, _log);
        terms.Load();
        await UntilAsync(() => _host.MayWrite);
        terms.Begin(queue, 5);
        var lease = terms.Snapshot(queue);
        Assert.Equal((0, true), (lease.TokenOf(new RecordId(queue, 4, 9)), lease.IsLate(new RecordId(queue, 4, 9))));
        Assert.Equal((7, false), (lease.TokenOf(new RecordId(queue, 5, 0)), lease.IsLate(new RecordId(queue, 5, 0))));

        // The same host waits again: everything in its queue is late.
        await using var again = new SiteLease(() => _server, new LeaseSettings("a", TimeSpan.FromSeconds(3)), _time, _log);
        var loaded = new LeaseTerms(again, folder.Path, _time, _log);
        loaded.Load();
        lease = loaded.Snapshot(queue);
        Assert.Equal((0, 7, true), (lease.Token, lease.TokenOf(new RecordId(queue, 5, 0)), lease.IsLate(new RecordId(queue, 5, 0))));
        File.WriteAllText(folder.Of("lease.json"), "{");
        new LeaseTerms(again, folder.Path, _time, _log).Load();
        await UntilAsync(() => _lines.All.Any(l => l.Contains("LEASE file=lease.json", StringComparison.Ordinal)));
    }

    public async ValueTask DisposeAsync()
    {
        await DisposeHostAsync();
        _log.Dispose();
    }

    private async Task DisposeHostAsync()
    {
        var ending = _host.DisposeAsync().AsTask();
        await UntilAsync(() => ending.IsCompleted);
    }

    private async Task UntilAsync(Func<bool> wanted)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!wanted())
        {
            if (patience.IsCancellationRequested) Assert.Fail(string.Join('\n', _lines.All));
            _time.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Delay(1);
        }
    }

    /// <summary>A lease that nobody else wants, and whose server can be down.</summary>
    private sealed class LastingLease : ILease
    {
        private volatile bool _isDown;
        private volatile IReadOnlyList<LeaseMember> _members = [];

        public bool IsDown { get => _isDown; set => _isDown = value; }

        public IReadOnlyList<LeaseMember> Members { get => _members; set => _members = value; }

        public int Connects { get; private set; }

        public bool IsReleased { get; private set; }

        public bool EndsWithConnection => false;

        public ValueTask ConnectAsync(CancellationToken cancel)
        {
            Connects++;
            return _isDown ? throw new NotConnectedException("down") : default;
        }

        public ValueTask<long?> TryHoldAsync(CancellationToken cancel) => _isDown ? throw new NotConnectedException("down") : new(7);

        public ValueTask<IReadOnlyList<LeaseMember>> ListAsync(CancellationToken cancel) => new(_members);

        public ValueTask ReleaseAsync(CancellationToken cancel)
        {
            IsReleased = true;
            return default;
        }

        public ValueTask DisposeAsync() => default;
    }
}
